import Foundation
public import HawserCore

extension Compute {
    /// Which servers to list; all fields that are set must fit.
    public struct ServerFilter: Sendable {
        /// The whole name.
        public var name: String?
        /// The status.
        public var status: String?
        /// A moment since which it has changed; deleted ones are listed then, too, with the status `DELETED`.
        public var changesSince: Timestamp?
        /// Metadata it must have; looked at here, since Nova filters by it for administrators only.
        public var metadata: [String: String] = [:]

        /// All servers.
        public init() {}
    }

    /// The project's servers with all their fields.
    ///
    /// - Throws: `CloudError`.
    public func servers(_ filter: ServerFilter = ServerFilter()) async throws -> [Server] {
        var query: [(name: String, value: String)] = []
        // Nova takes the name for a regular expression.
        if let name = filter.name { query.append(("name", "^\(NSRegularExpression.escapedPattern(for: name))$")) }
        if let status = filter.status { query.append(("status", status)) }
        if let since = filter.changesSince { query.append(("changes-since", since.rfc3339)) }
        let found: [Server] = try await session.list(call("GET", "/servers/detail", query: query), "servers")
        return found.filter { server in
            (filter.name == nil || filter.name == server.name)
                && filter.metadata.allSatisfy { server.metadata[$0.key] == $0.value }
        }
    }

    /// A server.
    ///
    /// - Throws: `CloudError`.
    public func server(_ id: String) async throws -> Server {
        try await session.send(call("GET", "/servers/\(part(id))")).read("server")
    }

    /// Asks for a server; it is built when this returns its id or later.
    ///
    /// - Returns: the server's id.
    /// - Throws: `CloudError`; `mayHaveReached` tells whether to look for it by name and metadata first.
    public func createServer(_ request: ServerRequest) async throws -> String {
        var call = call("POST", "/servers", body: request.body, secrets: request.adminPassword.map { [$0] } ?? [])
        if request.hostName != nil { call.microversion = Self.hostNameMicroversion }
        let answer = try await session.send(call)
        return try answer.reading { try CloudFields(answer.body, at: "body").fields("server").text("id") }
    }

    /// Asks to delete a server; it is gone when it is not found any more.
    ///
    /// - Throws: `CloudError`.
    public func deleteServer(_ id: String) async throws {
        _ = try await session.send(call("DELETE", "/servers/\(part(id))"))
    }

    /// Renames a server.
    ///
    /// - Throws: `CloudError`.
    public func renameServer(_ id: String, to name: String) async throws -> Server {
        let body: JSON = ["server": ["name": .string(name)]]
        return try await session.send(call("PUT", "/servers/\(part(id))", body: body)).read("server")
    }

    /// Sets metadata of a server and leaves the rest of it.
    ///
    /// - Returns: all of its metadata.
    /// - Throws: `CloudError`.
    public func setMetadata(_ metadata: [String: String], ofServer id: String) async throws -> [String: String] {
        let body: JSON = ["metadata": .textMap(metadata)]
        let answer = try await session.send(call("POST", "/servers/\(part(id))/metadata", body: body))
        return try answer.reading { try CloudFields(answer.body, at: "body").textMap("metadata") }
    }

    /// Removes one field of a server's metadata.
    ///
    /// - Throws: `CloudError`.
    public func removeMetadata(_ name: String, ofServer id: String) async throws {
        _ = try await session.send(call("DELETE", "/servers/\(part(id))/metadata/\(part(name))"))
    }
}
