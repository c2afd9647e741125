import Foundation
import HawserCore
import HawserHTTP
import Testing

/// A tenant of a test's own, and what it does all the time.
struct Tenant: Sendable {
    let id: String
    let key: String
    /// What its webhooks are signed with: `whsec_…`.
    let secret: String
    let client: Client

    /// Reads the answer to `POST /v1/tenants`.
    init?(_ json: JSON, base: String) {
        guard let id = json["tenant_id"]?.string, let key = json["key"]?.string,
            let secret = json["webhook_secret"]?.string
        else { return nil }
        self.id = id
        self.key = key
        self.secret = secret
        client = Client(base: base, authorization: Self.basic(id, key))
    }

    /// One whose id and key are known.
    init(id: String, key: String, base: String) {
        self.id = id
        self.key = key
        secret = ""
        client = Client(base: base, authorization: Self.basic(id, key))
    }

    /// The value of an `Authorization` header (RFC 7617).
    static func basic(_ id: String, _ key: String) -> String {
        "Basic " + Data("\(id):\(key)".utf8).base64EncodedString()
    }

    /// Submits a webhook and answers the job's id.
    func submit(_ url: String, _ more: [String: JSON] = [:]) async throws -> String {
        let answer = try await client.post("/v1/jobs", .object(Self.webhook(url).merging(more) { _, new in new }))
        guard answer.status == 202, let id = answer["id"] else { throw UnexpectedAnswer(answer: answer) }
        return id
    }

    /// A submission of a webhook.
    static func webhook(_ url: String, _ body: JSON = ["hello": "world"]) -> [String: JSON] {
        ["kind": "webhook.deliver", "arguments": ["url": .string(url), "body": body]]
    }

    /// Waits for the end of a job and answers it.
    func finished(_ id: String) async throws -> JSON {
        try await job(id) { ["succeeded", "failed", "cancelled"].contains($0["state"]?.string ?? "") }
    }

    /// Waits until a job is as wanted, by long polls.
    func job(_ id: String, until isEnough: (JSON) -> Bool) async throws -> JSON {
        var headers: [String: String] = [:]
        while true {
            let answer = try await client.get("/v1/jobs/\(id)?wait=20", headers)
            if answer.status == 304 { continue }
            guard answer.status == 200, let tag = answer.headers["etag"] else { throw UnexpectedAnswer(answer: answer) }
            if isEnough(answer.json) { return answer.json }
            headers["If-None-Match"] = tag
        }
    }

    /// Waits until a job is in a state.
    func job(_ id: String, inState state: String) async throws -> JSON {
        // Known to be in no such state yet: the first look must not wait for the end.
        let answer = try await client.get("/v1/jobs/\(id)")
        if answer["state"] == state { return answer.json }
        var tag = answer.headers["etag"] ?? ""
        while true {
            let answer = try await client.get("/v1/jobs/\(id)?wait=20", ["If-None-Match": tag])
            if answer.status == 304 { continue }
            guard answer.status == 200, let next = answer.headers["etag"] else {
                throw UnexpectedAnswer(answer: answer)
            }
            if answer["state"] == state { return answer.json }
            tag = next
        }
    }
}

extension Tenant {
    /// Opens a session and answers its id.
    func session(_ request: JSON) async throws -> String {
        let answer = try await client.post("/storage/api/request", request)
        guard answer.status == 201, let id = answer["_id"] else { throw UnexpectedAnswer(answer: answer) }
        return id
    }

    /// Opens an upload session.
    func uploadSession(to hook: Hook, body: JSON = nil, _ more: [String: JSON] = [:]) async throws -> String {
        let request: [String: JSON] = [
            "requestType": "upload", "requestMethod": "POST", "requestUri": .string(hook.url), "requestBody": body,
        ]
        return try await session(.object(request.merging(more) { _, new in new }))
    }

    /// Opens a download session.
    func downloadSession(_ object: String, _ more: [String: JSON] = [:]) async throws -> String {
        let request: [String: JSON] = ["requestType": "download", "storage_object_id": .string(object)]
        return try await session(.object(request.merging(more) { _, new in new }))
    }

    /// Stores a file and answers its record.
    func store(_ bytes: [UInt8], name: String = "file.txt", type: String = "text/plain") async throws -> JSON {
        let hook = try await Hook.relay()
        let id = try await uploadSession(to: hook)
        let answer = try await client.post("/storage/api/upload/\(id)", Form([.init(name, bytes, type: type)]))
        // 202 when the callback took longer than such a request waits.
        guard [200, 202].contains(answer.status), let file = try await hook.calls(1).first?.json["file"] else {
            throw UnexpectedAnswer(answer: answer)
        }
        return file
    }

    /// Stores a file and answers its id.
    func storeID(_ bytes: [UInt8], name: String = "file.txt", type: String = "text/plain") async throws -> String {
        try #require(try await store(bytes, name: name, type: type)["storage_object_id"]?.string)
    }
}
