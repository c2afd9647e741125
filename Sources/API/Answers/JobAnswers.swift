import HawserCore
import HawserHTTP
import HawserQueue

/// How routes answer with jobs: accepted now, finished in time, still under way.
struct JobAnswers: Sendable {
    /// The longest a client may have us wait, in seconds (design 4).
    static let longestWait = 60.0

    let backend: Backend

    /// The answer to a slow request.
    ///
    /// Whether the client prefers to wait is looked at first: a request that is refused for it begins nothing.
    ///
    /// - Parameters:
    ///   - request: the client's request.
    ///   - answer: makes the answer of the job as it is when it is over, or is waited for no longer. By default `202` with
    ///     the job, or `200` when it is over.
    ///   - begin: accepts the job, or finds the one that was accepted before.
    /// - Returns: the answer, which tells where the job is and whether it was waited for.
    /// - Throws: a 400 problem when the preference is none; what the closures throw; `RedisUnavailable`.
    func submit(
        for request: Request,
        answer: (JobRecord) throws -> Response = { $0.state.isFinal ? Self.job($0) : Self.accepted($0) },
        begin: () async throws -> JobRecord
    ) async throws -> Response {
        let seconds = try Self.preferredWait(request)
        var job = try await begin()
        if let seconds {
            job = try await backend.queues.wait(for: job.id, feed: backend.feed, atMost: .seconds(seconds)) ?? job
        }
        var response = try answer(job)
        if let seconds { response.headers["Preference-Applied"] = "wait=\(Int(seconds))" }
        response.headers["Location"] = Self.location(job.id)
        return response
    }

    /// Accepts a job; the lists of its tenant show it from now on.
    ///
    /// - Throws: what the queue throws when it does not take it.
    func enqueue(_ submission: JobSubmission) async throws -> JobRecord {
        try await backend.enqueue([submission])
        return JobView.accepted(submission, at: .now)
    }

    /// `202` with a job that is under way.
    static func accepted(_ job: JobRecord) -> Response {
        var response = Self.job(job)
        response.status = 202
        response.headers["Location"] = location(job.id)
        return response
    }

    /// A job as it is.
    static func job(_ job: JobRecord, isOperator: Bool = false) -> Response {
        var response = Response.json(200, JobView.json(job, isOperator: isOperator))
        response.headers["ETag"] = JobView.tag(job)
        if !job.state.isFinal { response.headers["Retry-After"] = "\(JobView.retryAfter(job))" }
        return response
    }

    /// Where a job is.
    static func location(_ id: JobID) -> String { "/v1/jobs/\(id)" }

    /// The seconds of `Prefer: wait=N` (RFC 7240, 4.3), at most `longestWait`; nil when not preferred.
    ///
    /// - Throws: a 400 problem when the preference is no whole number.
    static func preferredWait(_ request: Request) throws -> Double? {
        for value in request.headers.all("prefer") {
            for preference in value.split(whereSeparator: { $0 == "," || $0 == ";" }) {
                let parts = preference.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix(" ") }
                guard parts[0].lowercased().filter({ $0 != " " }) == "wait" else { continue }
                let digits = parts.count == 2 ? String(parts[1]).filter { $0 != "\"" && $0 != " " } : ""
                guard let seconds = Int(digits), seconds >= 0 else {
                    throw Problem(
                        status: 400,
                        errors: [.init(field: "Prefer", message: "wait must be a whole number of seconds")]
                    )
                }
                return min(Double(seconds), longestWait)
            }
        }
        return nil
    }
}

extension Endpoint.Answer {
    /// `200` with a job that was over in time.
    static let finishedJob = Endpoint.Answer(
        status: 200,
        help: "The finished job",
        schema: ["$ref": "#/components/schemas/Job"]
    )
    /// `202` with a job that is under way.
    static let acceptedJob = Endpoint.Answer(
        status: 202,
        help: "The job",
        schema: ["$ref": "#/components/schemas/Job"],
        headers: ["Location"]
    )
}
