import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// Seed 000: upload, download and copy sessions under `/storage/api`.
///
/// A tenant opens a session with its key; whoever has the session's id may do the one transfer it stands for. Errors
/// and headers are those of the seed's original, where it has any.
struct SessionDialect: Sendable {
    static let prefix = "/storage/api"
    /// The label under which sessions' authorization values are sealed.
    static let sealLabel = "session-authorization"

    let backend: Backend

    var endpoints: [Endpoint] {
        [
            status, RequestRoute(backend: backend).endpoint, UploadRoute(backend: backend).endpoint,
            DownloadRoute(backend: backend).endpoint, CopyRoute(backend: backend).endpoint,
        ]
    }

    private var status: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(Self.prefix)/service/status",
            summary: "Whether the service is there",
            access: .open,
            answers: [.init(status: 200, help: "ok", type: "text/plain", schema: ["type": "string"])]
        ) { _, _ in Self.dressed(.text("ok")) }
    }

    /// A response with the headers that the original sets on every reply.
    static func dressed(_ response: Response) -> Response {
        var response = response
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET,PUT,POST,DELETE"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type,Authorization"
        return response.askedAgain
    }

    /// A session as the dialect shows it; the stored authorization is not shown.
    static func view(_ session: TransferSession) -> JSON {
        var view: [String: JSON] = [
            "_id": .string(session.id), "requestType": .string(session.kind.rawValue),
            "created": .string(session.created.rfc3339), "expires": .string(session.expiresAt.rfc3339),
        ]
        if let callback = session.callback {
            view["requestMethod"] = .string(callback.requestMethod)
            view["requestUri"] = .string(callback.requestUri)
            view["requestBody"] = callback.requestBody
            view["total"] = .int(Int64(session.total))
            view["done"] = .int(Int64(session.done))
        }
        if let object = session.storageObjectID { view["storage_object_id"] = .string(object) }
        if let name = session.fileName { view["fileName"] = .string(name) }
        if let mode = session.mode { view["mode"] = .string(mode) }
        view["storage_box_id"] = .string(ObjectStore.box(of: session.tenant))
        return .object(view)
    }

    /// The session id in a path.
    ///
    /// - Throws: 404, in the original's words, when it cannot be one.
    static func id(_ request: Request, _ what: String) throws -> String {
        guard let id = request.pathParameters["id"], id.utf8.count == 32,
            id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { throw SessionFailure(status: 404, message: "\(what) transaction not found") }
        return id
    }

    /// Takes one transfer of a session.
    ///
    /// - Throws: 404 for an unknown session, 410 for one that is used, expired or failed.
    func take(_ id: String, _ kind: TransferSession.Kind, object: String? = nil) async throws -> TransferSession {
        let name = "\(kind.rawValue) transaction"
        switch try await backend.sessions.take(id: id, kind: kind, object: object) {
        case .granted(let session): return session
        case .used: throw SessionFailure(status: 410, message: "\(name) is used already")
        case .expired: throw SessionFailure(status: 410, message: "\(name) has expired")
        case .failed(let reason): throw SessionFailure(status: 410, message: "\(name) has failed: \(reason)")
        case .unknown: throw SessionFailure(status: 404, message: "\(name) not found")
        }
    }
}
