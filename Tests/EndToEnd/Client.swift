import Foundation
import HawserCore
import HawserHTTP

/// Sends requests to a dev in somebody's name.
struct Client: Sendable {
    static let http = HTTPClient(options: .init(maxConnections: 1024, maxConnectionsPerHost: 512))

    let base: String
    let authorization: String?

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String,
        _ path: String,
        headers: [String: String] = [:],
        body: ClientRequest.Body = .none
    ) async throws -> Answer {
        let response = try await Self.http.send(request(method, path, headers: headers, body: body))
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, headers: headers)
    }

    /// Posts JSON.
    func post(_ path: String, _ json: JSON, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send(
            "POST",
            path,
            headers: headers.merging(["Content-Type": "application/json"]) { given, _ in given },
            body: .bytes(Array(json.data))
        )
    }

    /// Posts nothing.
    func post(_ path: String) async throws -> Answer { try await send("POST", path, body: .bytes([])) }

    /// Posts a form.
    func post(_ path: String, _ form: Form) async throws -> Answer {
        try await send("POST", path, headers: ["Content-Type": form.type], body: .bytes(form.bytes))
    }

    /// Sends a request whose answer is read as it comes.
    func stream(_ path: String, headers: [String: String] = [:]) async throws -> ClientResponseStream {
        try await Self.http.stream(request("GET", path, headers: headers, body: .none))
    }

    private func request(
        _ method: String,
        _ path: String,
        headers: [String: String],
        body: ClientRequest.Body
    ) -> ClientRequest {
        var fields = Headers()
        if let authorization { fields.add("Authorization", authorization) }
        for (name, value) in headers { fields.add(name, value) }
        return ClientRequest(
            method: method,
            url: base + path,
            headers: fields,
            body: body,
            timeout: .seconds(90),
            idleTimeout: .seconds(90),
            maxResponseBytes: 64 << 20
        )
    }
}

/// What the server answered.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    let headers: Headers
    let body: [UInt8]

    /// The body as JSON; null when it is none.
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(status) \(text.prefix(500))" }

    /// A member of the body that is a string.
    subscript(name: String) -> String? { json[name]?.string }
}

/// An answer that leaves a test without ground to stand on.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let answer: Answer
    var description: String { "unexpected answer: \(answer)" }
}
