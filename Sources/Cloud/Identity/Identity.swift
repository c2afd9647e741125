import HawserCore

/// Domains, projects, users and their roles (Keystone, API v3); for administrators.
public struct Identity: Sendable {
    let session: CloudSession

    /// A client of a session's identity service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    /// Which things to list; all fields that are set must fit.
    public struct Filter: Sendable {
        /// The whole name.
        public var name: String?
        /// The id of the domain it belongs to.
        public var domainID: String?

        /// All things.
        public init(name: String? = nil, domainID: String? = nil) {
            self.name = name
            self.domainID = domainID
        }

        var query: [(name: String, value: String)] {
            [("name", name), ("domain_id", domainID)].compactMap { name, value in value.map { (name, $0) } }
        }
    }

    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil,
        secrets: [Secret] = []
    ) -> CloudCall {
        CloudCall(method, .identity, path, query: query, body: body, secrets: secrets)
    }

    /// An id as one part of a path.
    func part(_ id: String) -> String { EndpointURL.escaped(id) }

    func list<Model: CloudModel>(_ collection: String, _ filter: Filter) async throws -> [Model] {
        try await session.list(call("GET", "/\(collection)", query: filter.query), collection)
    }

    func delete(_ collection: String, _ id: String) async throws {
        _ = try await session.send(call("DELETE", "/\(collection)/\(part(id))"))
    }
}
