import Foundation
import HawserCore
import HawserHTTP
import HawserQueue

/// `POST /v1/jobs`: accepts one job, or a list of them, all or none.
struct SubmitRoute: Sendable {
    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/jobs",
            summary: "Submit a job, or a list of at most 10,000, all or none",
            access: .tenant,
            parameters: [
                .init(
                    name: "Idempotency-Key",
                    place: .header,
                    help: "The same key and body again answer with the same job; 1 to 255 visible ASCII characters",
                    schema: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"]
                ),
                .prefer,
            ],
            body: .init(type: "application/json", schema: ["$ref": "#/components/schemas/Submissions"]),
            answers: [
                .init(
                    status: 202,
                    help: "Accepted: the job, or the jobs in the order of the list",
                    schema: ["$ref": "#/components/schemas/Accepted"],
                    headers: ["Location", "Retry-After"]
                ),
                .init(
                    status: 200,
                    help: "Finished within the time of Prefer: wait",
                    schema: ["$ref": "#/components/schemas/Job"],
                    headers: ["Preference-Applied"]
                ),
            ],
            problems: [400, 413, 415, 422],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let tenant = try caller.tenantID()
        let (json, bytes) = try await request.jsonAndBytes(upTo: backend.configuration.maxBodyBytes)
        guard let key = request.headers["idempotency-key"] else {
            let (jobs, isList) = try SubmissionReader.read(json, tenant: tenant)
            return try await submit(jobs, isList, at: .now, request, tenant)
        }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Problem(
                status: 400,
                errors: [.init(field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters")]
            )
        }
        let (jobs, isList) = try SubmissionReader.read(json, tenant: tenant)
        let now = Timestamp.now
        let plan: JSON = [
            "ids": .array(jobs.map { .string($0.id.text) }), "at": .string(now.rfc3339),
        ]
        let fingerprint = Digest.sha256(Array("POST /v1/jobs\n".utf8) + bytes).hex
        switch try await backend.queues.remember(key, of: tenant, fingerprint: fingerprint, plan: plan) {
        case .new:
            let response = try await submit(jobs, isList, at: now, request, tenant)
            try? await backend.queues.complete(key, of: tenant, answer: true)
            return response
        case .conflict:
            throw Problem(
                status: 422,
                title: "Idempotency Key Reused",
                detail: "This Idempotency-Key was used with another request.",
                errors: [.init(field: "Idempotency-Key", message: "was used with another body")]
            )
        case .repeated(let plan, let answer):
            let ids = (plan["ids"]?.array ?? []).compactMap { $0.string.flatMap { JobID($0) } }
            let at = plan["at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? now
            let (jobs, isList) = try SubmissionReader.read(json, tenant: tenant, ids: ids)
            // Not known to be completed: the jobs may or may not be there. Storing them again makes no others.
            if answer == nil {
                try await backend.queues.enqueue(jobs, isRepeat: true)
                try? await backend.queues.complete(key, of: tenant, answer: true)
            }
            return try await respond(jobs, isList, at: at, request)
        }
    }

    private func submit(
        _ jobs: [JobSubmission],
        _ isList: Bool,
        at now: Timestamp,
        _ request: Request,
        _ tenant: String
    ) async throws -> Response {
        try await backend.queues.enqueue(jobs)
        if let last = jobs.last { backend.recent.note(last.id, of: tenant) }
        return try await respond(jobs, isList, at: now, request)
    }

    private func respond(
        _ jobs: [JobSubmission],
        _ isList: Bool,
        at now: Timestamp,
        _ request: Request
    ) async throws -> Response {
        let records = jobs.map { JobView.accepted($0, at: now) }
        guard isList else { return try await JobAnswers(backend: backend).accepted(records[0], for: request) }
        var response = Response.json(202, ["jobs": .array(records.map { JobView.json($0) })])
        response.headers["Location"] = "/v1/jobs"
        response.headers["Retry-After"] = "1"
        return response
    }
}
