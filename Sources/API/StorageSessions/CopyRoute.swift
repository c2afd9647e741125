import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// `POST /storage/api/copy/{id}`: any tenant that holds the session's id copies the file into its own container.
struct CopyRoute: Sendable {
    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(SessionDialect.prefix)/copy/{id}",
            summary: "Copy the file of a copy session into the caller's container",
            access: .tenant,
            parameters: [.init(name: "id", place: .path, help: "The session's id")],
            body: .init(type: "application/json", schema: ["type": "object"], isRequired: false),
            answers: [
                .init(status: 201, help: "The record of the new file", schema: ["$ref": "#/components/schemas/File"]),
                .init(status: 202, help: "Under way as a job", schema: [:], headers: ["Location"]),
            ],
            problems: [404, 410, 502],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let tenant = try caller.tenantID()
        let id = try SessionDialect.id(request, "copy")
        let session = try await SessionDialect(backend: backend).take(id, .copy)
        let arguments = ObjectCopy.Arguments(
            source: session.storageObjectID ?? "",
            sourceTenant: session.tenant,
            tenant: tenant,
            object: ObjectStore.newID()
        )
        let submission = try JobSubmission(ObjectCopy.self, arguments, tenant: tenant)
        try await backend.enqueue([submission])
        let wait = Duration.seconds(backend.configuration.callbackWaitSeconds)
        let job =
            try await backend.queues.wait(for: submission.id, feed: backend.feed, atMost: wait)
            ?? JobView.accepted(submission, at: .now)
        return SessionDialect.dressed(answer(job))
    }

    private func answer(_ job: JobRecord) -> Response {
        switch job.state {
        case .succeeded: return .json(201, job.result ?? .null)
        case .failed where job.error?.code == "not_found":
            return .json(404, ["status": "failure", "message": "file not found"])
        case .failed, .cancelled:
            let reason = job.error?.message ?? "unknown"
            return .json(
                502,
                ["status": "failure", "message": .string("copy failed: \(reason)"), "job": JobView.json(job)]
            )
        default: return JobAnswers.accepted(job)
        }
    }
}
