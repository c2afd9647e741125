import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue

/// The call of the business system after the last file of an upload.
///
/// Its job's id is kept in the session, so that the call is submitted once, however often and by whomever: an upload
/// whose process died between the last file and the submission is found by the sweep.
struct Callback: Sendable {
    let backend: Backend

    /// The job that makes the call.
    func submission(for session: TransferSession) throws -> JobSubmission {
        guard let callback = session.callback, let id = JobID(session.callbackJob) else {
            throw SessionFailure(status: 500, message: "the session has no callback")
        }
        var headers = ["Accept": "application/json", "Content-Type": "application/json"]
        if let sealed = callback.authorization {
            let key = try Crypto.derive(key: backend.masterKey, label: SessionDialect.sealLabel)
            let bytes = try Crypto.open(sealed, key: key, context: session.tenant)
            headers["Authorization"] = String(decoding: bytes, as: UTF8.self)
        }
        var body: [String: JSON] = ["callbackBody": callback.requestBody]
        body["file"] = session.files.last ?? .null
        if session.total > 1 { body["files"] = .array(session.files) }
        let arguments = WebhookDeliver.Arguments(
            method: callback.requestMethod,
            url: callback.requestUri,
            headers: headers,
            body: .object(body),
            acceptsAnyAnswer: true
        )
        return try JobSubmission(WebhookDeliver.self, arguments, tenant: session.tenant, id: id)
    }

    /// Submits the calls of uploads whose process died when the files were stored and before it had submitted the
    /// call, until the task is cancelled.
    func sweep() async {
        let log = Log("callbacks")
        var adoption = Adoption(backend: backend)
        while !Task.isCancelled {
            do {
                for session in try await adoption.look() { try await submitLate(session, log) }
                for session in try await backend.sessions.notCalledBack(olderThan: .seconds(15), limit: 100) {
                    try await submitLate(session, log)
                }
            } catch {
                log.warning("cannot look for missing callbacks", ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(Double.random(in: 10...20)))
        }
    }

    /// Submits the call of an upload as soon as Redis is back; when this process dies before, the sweep does.
    func submitSoon(_ session: TransferSession, because error: any Error) {
        let log = Log("callbacks")
        log.warning("callback not submitted yet", ["session": session.id, "error": "\(error)"])
        Task {
            for _ in 0..<60 {
                try await Task.sleep(for: .seconds(1))
                do {
                    return try await submitLate(session, log)
                } catch let error as any UnavailableError {
                    log.debug("still not submitted", ["session": session.id, "error": "\(error)"])
                }
            }
        }
    }

    private func submitLate(_ session: TransferSession, _ log: Log) async throws {
        try await backend.queues.enqueue([try submission(for: session)], isRepeat: true)
        try await backend.sessions.markCalledBack(id: session.id)
        log.info("callback submitted late", ["session": session.id, "tenant": session.tenant])
    }
}
