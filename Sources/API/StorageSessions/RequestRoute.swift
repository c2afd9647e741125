import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// `POST /storage/api/request`: a tenant opens a session.
struct RequestRoute: Sendable {
    private static let mostFiles: Int64 = 10_000

    let backend: Backend

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(SessionDialect.prefix)/request",
            summary: "Open an upload, download or copy session",
            access: .tenant,
            body: .init(type: "application/json", schema: ["$ref": "#/components/schemas/SessionRequest"]),
            answers: [
                .init(status: 201, help: "The session", schema: ["$ref": "#/components/schemas/Session"])
            ],
            problems: [400, 404, 413, 415]
        ) { request, caller in
            let tenant = try caller.tenantID()
            var fields = FieldReader(try await request.json(upTo: backend.configuration.maxBodyBytes))
            guard fields.errors.isEmpty else { throw failure(fields) }
            let session: TransferSession
            switch fields.any("requestType") {
            case "upload": session = try upload(&fields, tenant)
            case "download": session = try await download(&fields, tenant)
            case "copy": session = try await copy(&fields, tenant)
            default:
                // The original's spelling.
                throw SessionFailure(status: 400, message: "request type unrecogonized")
            }
            try await backend.sessions.create(session)
            return SessionDialect.dressed(.json(201, SessionDialect.view(session)))
        }
    }

    private var lifetime: Double { backend.configuration.sessionSeconds }

    private func upload(_ fields: inout FieldReader, _ tenant: String) throws -> TransferSession {
        let method = fields.value("requestMethod", "one of \(WebhookDeliver.methods.sorted())") { json in
            json.string.map { $0.uppercased() }.flatMap { WebhookDeliver.methods.contains($0) ? $0 : nil }
        }
        let uri = fields.value("requestUri", "a URL", required: true, \.string)
        if let uri, let problem = WebhookDeliver.problem(inURL: uri) { fields.fail("requestUri", problem) }
        let authorization = fields.value("authorization", "one line of at most 8192 bytes") { json in
            json.string.flatMap { text in
                text.utf8.count <= 8192 && !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
                    ? text : nil
            }
        }
        let total = fields.value("total", "a whole number from 1 to \(Self.mostFiles)") { json in
            // Forms of that time send numbers as strings.
            (json.int ?? json.string.flatMap { Int64($0) }).flatMap {
                (1...Self.mostFiles).contains($0) ? Int($0) : nil
            }
        }
        let body = fields.any("requestBody") ?? .null
        guard fields.errors.isEmpty, let uri else { throw failure(fields) }
        let sealed = try authorization.map { text in
            try Crypto.seal(Array(text.utf8), key: sealKey, context: tenant)
        }
        let callback = TransferSession.Callback(
            requestMethod: method ?? "POST",
            requestUri: uri,
            requestBody: body,
            authorization: sealed
        )
        return .upload(
            tenant: tenant,
            callback: callback,
            callbackJob: JobID(in: WebhookDeliver.queue).text,
            total: total ?? 1,
            lifetime: lifetime
        )
    }

    private func download(_ fields: inout FieldReader, _ tenant: String) async throws -> TransferSession {
        let id = try await object(&fields, tenant)
        let name = fields.value("fileName", "a text of 1 to 255 bytes without control characters") { json in
            json.string.flatMap { text in
                (1...255).contains(text.utf8.count)
                    && !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
                    ? text : nil
            }
        }
        let mode = fields.value("mode", "preview") { $0.string == "preview" ? "preview" : nil }
        guard fields.errors.isEmpty else { throw failure(fields) }
        return .download(tenant: tenant, storageObjectID: id, fileName: name, mode: mode, lifetime: lifetime)
    }

    private func copy(_ fields: inout FieldReader, _ tenant: String) async throws -> TransferSession {
        .copy(tenant: tenant, storageObjectID: try await object(&fields, tenant), lifetime: lifetime)
    }

    /// The object of the request, which must be the tenant's own.
    private func object(_ fields: inout FieldReader, _ tenant: String) async throws -> String {
        let id = fields.value("storage_object_id", "the id of a file", required: true, \.string)
        guard fields.errors.isEmpty, let id else { throw failure(fields) }
        guard UUIDv7.isUUID(id), try await backend.objects.find(id, tenant: tenant) != nil else {
            throw SessionFailure(status: 404, message: "file not found")
        }
        return id
    }

    private var sealKey: [UInt8] {
        get throws { try Crypto.derive(key: backend.masterKey, label: SessionDialect.sealLabel) }
    }

    private func failure(_ fields: FieldReader) -> Problem {
        Problem(status: 400, errors: fields.errors)
    }
}
