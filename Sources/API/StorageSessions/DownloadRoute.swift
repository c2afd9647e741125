import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// `GET /storage/api/download/{id}`: whoever has the session's id gets the file, whole or one range of it, once.
///
/// HEAD tells what GET would, and does not use the session up.
struct DownloadRoute: Sendable {
    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(SessionDialect.prefix)/download/{id}",
            summary: "Get the file of a download session",
            access: .open,
            parameters: [
                .init(name: "id", place: .path, help: "The session's id"),
                FileAnswer.range,
            ],
            answers: FileAnswer.answers(headers: ["Content-Disposition", "ETag"]),
            problems: [404, 410, 416],
            handle: handle
        )
    }

    private func handle(_ request: Request, _ caller: Caller) async throws -> Response {
        let id = try SessionDialect.id(request, "download")
        let gone = SessionFailure(status: 404, message: "download transaction not found")
        guard let session = try await backend.sessions.find(id: id), session.kind == .download,
            let objectID = session.storageObjectID
        else { throw gone }
        guard let object = try await backend.objects.find(objectID, tenant: session.tenant) else {
            throw SessionFailure(status: 404, message: "file not found")
        }
        let range = try ByteRange.wanted(request, size: object.size, etag: FileAnswer.tag(object))
        if request.method == "HEAD" {
            guard session.remaining > 0 else {
                throw SessionFailure(status: 410, message: "download transaction is used already")
            }
            guard session.expiresAt > .now else {
                throw SessionFailure(status: 410, message: "download transaction has expired")
            }
        } else {
            _ = try await SessionDialect(backend: backend).take(id, .download)
        }
        return SessionDialect.dressed(try await response(object, session, range))
    }

    private func response(_ object: StoredObject, _ session: TransferSession, _ range: ByteRange?) async throws
        -> Response
    {
        let isPreview = session.mode == "preview"
        var response = try await FileAnswer.response(object, range, from: backend.objects)
        response.headers["Content-Type"] = isPreview ? object.contentType : "application/octet-stream"
        response.headers["Content-Disposition"] = FileAnswer.disposition(
            isPreview ? "inline" : "attachment",
            name: session.fileName ?? object.name
        )
        // A file somebody uploaded must not act as a page of this server.
        if isPreview { response.headers["Content-Security-Policy"] = "sandbox" }
        return response
    }
}
