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
            parameters: [.idempotencyKey, .prefer],
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
        let submission = IdempotentSubmission(backend: backend, tenant: tenant, request: request, body: bytes)
        func accept() async throws -> [JobRecord] {
            let (jobs, at) = try await submission.submit { ids in
                try SubmissionReader.read(json, tenant: tenant, ids: ids)
            }
            return jobs.map { JobView.accepted($0, at: at) }
        }
        guard json.array != nil else {
            return try await JobAnswers(backend: backend).submit(for: request) { try await accept()[0] }
        }
        // A list is not waited for.
        var response = Response.json(202, ["jobs": .array(try await accept().map { JobView.json($0) })])
        response.headers["Location"] = "/v1/jobs"
        response.headers["Retry-After"] = "1"
        return response
    }
}
