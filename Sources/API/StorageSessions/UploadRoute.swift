import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// `POST /storage/api/upload/{id}`: whoever has the session's id sends its files.
///
/// Each file is streamed to the staging area and hashed on the way; it becomes an object when it is whole. With the
/// last file of the session the business system is called, by a job, and its answer is relayed.
struct UploadRoute: Sendable {
    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(SessionDialect.prefix)/upload/{id}",
            summary: "Send files of an upload session; the last one triggers the callback, whose answer is relayed",
            access: .open,
            parameters: [.init(name: "id", place: .path, help: "The session's id")],
            body: .init(
                type: "multipart/form-data",
                schema: [
                    "type": "object", "properties": ["file": ["type": "string", "format": "binary"]],
                ]
            ),
            answers: [
                .init(
                    status: 200,
                    help: "The session, when more files are to come; else what the callback answered",
                    schema: [:]
                ),
                .init(status: 202, help: "Stored; the callback goes on as a job", schema: [:], headers: ["Location"]),
            ],
            problems: [400, 404, 410, 413, 415, 502, 507],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let id = try SessionDialect.id(request, "upload")
        let parts = try Multipart(request.body, contentType: request.headers["content-type"])
        var session: TransferSession?
        var pending: Pending?
        do {
            while let part = try await parts.next() {
                guard let filename = part.filename else { continue }
                let name = try FileName.clean(filename)
                if let session, session.remaining == 0 {
                    throw SessionFailure(status: 400, message: "more files than the session is for")
                }
                // A file becomes an object only when what follows it in the form is in order.
                if let file = pending {
                    pending = nil
                    session = try await keep(file, in: session)
                }
                let object = ObjectStore.newID()
                session = try await SessionDialect(backend: backend).take(id, .upload, object: object)
                pending = try await receive(part, as: name, object)
            }
            if let file = pending {
                pending = nil
                session = try await keep(file, in: session)
            }
        } catch {
            if let session {
                let cleaning = Task { [session, pending] in await abandon(session, pending, error) }
                // What cannot be reached now keeps nobody waiting for his 503.
                if !(error is any UnavailableError) { await cleaning.value }
            }
            throw error
        }
        guard let session else { throw SessionFailure(status: 400, message: "the form has no file") }
        guard session.done == session.total else {
            return SessionDialect.dressed(.json(200, SessionDialect.view(session)))
        }
        return try await finish(session, request)
    }

    /// A file that has arrived and is not an object yet.
    private struct Pending {
        let staged: StagedFile
        /// The id the object is to have; its session knows it.
        let object: String
        let name: String
        let type: String
    }

    private func receive(_ part: Multipart.Part, as name: String, _ object: String) async throws -> Pending {
        let staged = try await FormFile.receive(part, into: backend.objects)
        return Pending(
            staged: staged,
            object: object,
            name: name,
            type: part.contentType ?? "application/octet-stream"
        )
    }

    /// Makes an object of a file and reports it to its session.
    ///
    /// - Returns: the session as it is then.
    private func keep(_ file: Pending, in session: TransferSession?) async throws -> TransferSession {
        guard let session else { throw SessionFailure(status: 404, message: "upload transaction not found") }
        let object = try await backend.objects.put(
            file.staged,
            tenant: session.tenant,
            name: file.name,
            contentType: file.type,
            id: file.object
        )
        switch try await report(object, to: session.id) {
        case .more(let now), .last(let now): return now
        case .rejected(let reason):
            try await backend.objects.remove(object.id, tenant: object.tenant)
            throw SessionFailure(status: 410, message: "upload transaction has failed: \(reason)")
        }
    }

    private func report(_ object: StoredObject, to id: String) async throws -> TransferSessionCollection.Completion {
        // Not tried again when MongoDB is away: the driver did, and the client waits. `Adoption` finds what got lost.
        try await backend.sessions.completeFile(id: id, record: object.fileRecord)
    }

    /// Ends a session whose transfer did not come through, and removes what it had stored.
    ///
    /// Call it in a task of its own: the request's may be cancelled because the client went away.
    private func abandon(_ session: TransferSession, _ pending: Pending?, _ error: any Error) async {
        if let pending { await FormFile.discard(pending.staged) }
        do {
            let failed = try await backend.sessions.fail(id: session.id, reason: "a transfer did not come through")
            guard let failed else { return }
            try await UnfinishedUploads(sessions: backend.sessions, objects: backend.objects).remove(failed)
        } catch let cleaning {
            Log("upload").error(
                "cannot clean up after a failed upload",
                ["session": session.id, "error": "\(cleaning)", "cause": "\(error)"]
            )
        }
    }

    /// Calls the business system by a job and relays its answer, or tells of the job when it takes too long.
    private func finish(_ session: TransferSession, _ request: Request) async throws -> Response {
        let callback = Callback(backend: backend)
        let submission = try callback.submission(for: session)
        let accepted = JobView.accepted(submission, at: .now)
        // The files are stored and the call will be made: an error would have the client send them once more.
        do {
            try await backend.enqueue([submission], isRepeat: true)
        } catch let error as any UnavailableError {
            callback.submitSoon(session, because: error)
            return SessionDialect.dressed(relay(accepted))
        }
        try? await backend.sessions.markCalledBack(id: session.id)
        let wait = Duration.seconds(backend.configuration.callbackWaitSeconds)
        var job: JobRecord?
        do {
            job = try await backend.queues.wait(for: submission.id, feed: backend.feed, atMost: wait)
        } catch let error as any UnavailableError {
            Log("upload").warning("cannot wait for the callback", ["session": session.id, "error": "\(error)"])
        }
        return SessionDialect.dressed(relay(job ?? accepted))
    }

    private func relay(_ job: JobRecord) -> Response {
        switch job.state {
        case .succeeded:
            guard let answer = try? job.result?.decoded(as: WebhookDeliver.Output.self) else { break }
            if (300...399).contains(answer.status), let location = answer.location {
                return Response(status: answer.status, headers: ["Location": location])
            }
            switch answer.body {
            case nil: return Response(status: answer.status)
            case .string(let text) where answer.contentType?.lowercased().contains("json") != true:
                return Response(
                    status: answer.status,
                    headers: ["Content-Type": answer.contentType ?? "text/plain; charset=utf-8"],
                    body: .bytes(Array(text.utf8))
                )
            case .some(let json): return .json(answer.status, json)
            }
        case .failed, .cancelled:
            var response = Response.json(
                502,
                [
                    "status": "failure", "message": .string("callback failed: \(job.error?.message ?? "unknown")"),
                    "job": JobView.json(job),
                ]
            )
            response.headers["Location"] = JobAnswers.location(job.id)
            return response
        default: break
        }
        return JobAnswers.accepted(job)
    }
}
