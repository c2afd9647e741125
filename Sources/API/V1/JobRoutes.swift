import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue
import HawserRecords

/// Looking at jobs and steering them: `/v1/jobs`, `/v1/jobs/{id}` and what is below it.
struct JobRoutes: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [list, show, cancel, retry] }

    private var list: Endpoint {
        let states = JobState.allCases.map { JSON.string($0.rawValue) }
        return Endpoint(
            method: "GET",
            template: "/v1/jobs",
            summary: "List jobs, the newest first",
            access: .caller,
            parameters: [
                .init(
                    name: "state",
                    place: .query,
                    help: "Those in this state",
                    schema: ["type": "string", "enum": .array(states)]
                ),
                .init(name: "kind", place: .query, help: "Those of this kind"),
                .init(name: "queue", place: .query, help: "Those of this queue"),
                .init(name: "tenant", place: .query, help: "Those of this tenant; for the operator"),
                .init(
                    name: "since",
                    place: .query,
                    help: "Those accepted at or after this time",
                    schema: ["type": "string", "format": "date-time"]
                ),
                .cursor,
                .limit,
            ],
            answers: [.init(status: 200, help: "A page of jobs", schema: ["$ref": "#/components/schemas/JobPage"])],
            problems: [400]
        ) { request, caller in
            var query = JobQuery()
            var errors: [Problem.FieldError] = []
            func read<Value>(_ name: String, _ rule: String, _ reader: (String) -> Value?) -> Value? {
                guard let text = request.query(name) else { return nil }
                guard let value = reader(text) else {
                    errors.append(.init(field: name, message: "must be \(rule)"))
                    return nil
                }
                return value
            }
            query.state = read("state", "one of \(JobState.allCases.map(\.rawValue).joined(separator: ", "))") {
                JobState(rawValue: $0)
            }
            query.kind = request.query("kind")
            query.queue = request.query("queue")
            query.tenant = request.query("tenant")
            query.since = read("since", "an RFC 3339 time") { Timestamp(rfc3339: $0) }
            query.before = read("cursor", "the next_cursor of a page") { JobID($0) }
            guard errors.isEmpty else { throw Problem(status: 400, errors: errors) }
            query.limit = try request.pageLimit()
            if case .tenant(let id) = caller {
                // Another tenant's list is as empty as that of one that does not exist.
                if let asked = query.tenant, asked != id { return .json(200, ["jobs": [], "next_cursor": nil]) }
                query.tenant = id
                if query.before == nil { try await backend.recent.settle(id, in: backend.archive) }
            }
            let jobs = try await backend.archive.list(query)
            let next: JSON = jobs.count == query.limit ? jobs.last.map { .string($0.id.text) } ?? .null : .null
            return .json(
                200,
                ["jobs": .array(jobs.map { JobView.json($0, isOperator: caller == .admin) }), "next_cursor": next]
            )
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/jobs/{id}",
            summary: "Look at a job, or wait for it",
            access: .caller,
            parameters: [
                .id,
                .init(
                    name: "wait",
                    place: .query,
                    help: "Wait so many seconds for its end, or with If-None-Match for a change",
                    schema: ["type": "integer", "minimum": 0, "maximum": 60]
                ),
                .init(name: "If-None-Match", place: .header, help: "The ETag that is known already"),
            ],
            answers: [
                .init(
                    status: 200,
                    help: "The job",
                    schema: ["$ref": "#/components/schemas/Job"],
                    headers: ["ETag", "Retry-After"]
                ),
                .init(status: 304, help: "Nothing changed", headers: ["ETag"]),
            ],
            problems: [400, 404]
        ) { request, caller in
            let id = try request.jobID()
            var wait = 0
            if let text = request.query("wait") {
                guard let seconds = Int(text), (0...60).contains(seconds) else {
                    throw Problem(
                        status: 400,
                        errors: [.init(field: "wait", message: "must be a whole number from 0 to 60")]
                    )
                }
                wait = seconds
            }
            let known = KnownTags(request)
            var job = try await visible(id, to: caller)
            if wait > 0, !job.state.isFinal, known?.contain(JobView.tag(job)) ?? true {
                let seen = try await backend.queues.wait(for: id, feed: backend.feed, atMost: .seconds(wait)) { job in
                    job.state.isFinal || known?.contain(JobView.tag(job)) == false
                }
                job = seen ?? job
            }
            if let known, known.contain(JobView.tag(job)) {
                return Response(status: 304, headers: ["ETag": JobView.tag(job)])
            }
            return JobAnswers.job(job, isOperator: caller == .admin)
        }
    }

    private var cancel: Endpoint {
        control(
            "cancel",
            "Ask for the end of a job that is not over",
            done: "Cancelled",
            accepted: "Noted: the job ends as soon as its worker has undone its steps"
        ) { try await backend.queues.cancel($0) }
    }

    private var retry: Endpoint {
        control(
            "retry",
            "Run a failed or cancelled job again, with all its attempts",
            done: "Over again already",
            accepted: "Queued again"
        ) { try await backend.queues.retry($0) }
    }

    private func control(
        _ verb: String,
        _ summary: String,
        done: String,
        accepted: String,
        _ act: @escaping @Sendable (JobID) async throws -> JobRecord
    ) -> Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/jobs/{id}/\(verb)",
            summary: summary,
            access: .caller,
            parameters: [.id],
            answers: [
                .init(status: 200, help: done, schema: ["$ref": "#/components/schemas/Job"]),
                .init(status: 202, help: accepted, schema: ["$ref": "#/components/schemas/Job"]),
            ],
            problems: [404, 409]
        ) { request, caller in
            let id = try request.jobID()
            _ = try await visible(id, to: caller)
            do {
                let job = try await act(id)
                return job.state.isFinal ? JobAnswers.job(job) : JobAnswers.accepted(job)
            } catch QueueError.wrongState(_, let state, let operation) {
                throw Problem(status: 409, detail: "The job is \(state.rawValue): it cannot be \(operation)ed.")
            } catch QueueError.unknownJob {
                throw Problem.noSuchJob
            }
        }
    }

    /// A job the caller may see.
    private func visible(_ id: JobID, to caller: Caller) async throws -> JobRecord {
        guard var job = try await backend.queues.find(id), caller.maySee(job) else { throw Problem.noSuchJob }
        if caller == .admin, job.kind == TenantCreate.name, let reply = job.result {
            // Whoever made the tenant and did not wait finds its key here.
            job.result = try TenantCreate.opened(reply, key: backend.masterKey)
        }
        return job
    }
}

extension Endpoint.Parameter {
    /// The job id in a path.
    static let id = Endpoint.Parameter(
        name: "id",
        place: .path,
        help: "The job's id",
        schema: ["type": "string", "format": "uuid"]
    )
    /// Where a page begins.
    static let cursor = Endpoint.Parameter(
        name: "cursor",
        place: .query,
        help: "What the page before gave as next_cursor"
    )
    /// How long a page is; read by `Request.pageLimit`.
    static let limit = Endpoint.Parameter(
        name: "limit",
        place: .query,
        help: "At most so many",
        schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100]
    )
    /// The preference to wait.
    static let prefer = Endpoint.Parameter(
        name: "Prefer",
        place: .header,
        help: "wait=N: wait up to N seconds, at most 60, for the finished job (RFC 7240)"
    )
}
