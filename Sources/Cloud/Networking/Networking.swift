import HawserCore

/// Networks, routers, security groups, floating addresses (Neutron, API v2.0).
///
/// Neutron has no microversions; what a cloud can do beyond the core is told by `extensions`.
public struct Networking: Sendable {
    let session: CloudSession

    /// A client of a session's network service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    /// Which things to list; all fields that are set must fit.
    ///
    /// Not every kind of thing has every field: Neutron refuses a filter it does not know.
    public struct Filter: Sendable {
        /// The whole name.
        public var name: String?
        /// The whole description.
        public var description: String?
        /// The project's id.
        public var projectID: String?
        /// Tags it must have, all of them.
        public var tags: [String] = []
        /// Ports: the id of the server or router they belong to.
        public var deviceID: String?
        /// Ports: what they are for: `compute:nova`, `network:router_interface`.
        public var deviceOwner: String?
        /// Ports and subnets: the id of their network.
        public var networkID: String?
        /// Floating addresses: the id of their router.
        public var routerID: String?
        /// Floating addresses: the id of the port they are bound to.
        public var portID: String?
        /// Floating addresses: the address.
        public var floatingAddress: String?
        /// Networks: whether they lead outside.
        public var isExternal: Bool?

        /// All things.
        public init(name: String? = nil, description: String? = nil) {
            self.name = name
            self.description = description
        }

        var query: [(name: String, value: String)] {
            let fields: [(String, String?)] = [
                ("name", name), ("description", description), ("project_id", projectID),
                ("tags", tags.isEmpty ? nil : tags.joined(separator: ",")), ("device_id", deviceID),
                ("device_owner", deviceOwner), ("network_id", networkID), ("router_id", routerID),
                ("port_id", portID), ("floating_ip_address", floatingAddress),
                ("router:external", isExternal.map { $0 ? "True" : "False" }),
            ]
            return fields.compactMap { name, value in value.map { (name, $0) } }
        }
    }

    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil
    ) -> CloudCall {
        CloudCall(method, .network, path, query: query, body: body)
    }

    /// An id as one part of a path.
    func part(_ id: String) -> String { EndpointURL.escaped(id) }

    func list<Model: CloudModel>(_ collection: String, _ filter: Filter) async throws -> [Model] {
        let member = collection.replacingHyphens
        return try await session.list(call("GET", "/\(collection)", query: filter.query), member, pageSize: 1000)
    }

    func get<Model: CloudModel>(_ collection: String, _ id: String, _ member: String) async throws -> Model {
        try await session.send(call("GET", "/\(collection)/\(part(id))")).read(member)
    }

    func create<Model: CloudModel>(_ collection: String, _ member: String, _ body: JSON) async throws -> Model {
        try await session.send(call("POST", "/\(collection)", body: .object([member: body]))).read(member)
    }

    func update<Model: CloudModel>(
        _ collection: String,
        _ id: String,
        _ member: String,
        _ body: JSON
    ) async throws -> Model {
        try await session.send(call("PUT", "/\(collection)/\(part(id))", body: .object([member: body]))).read(member)
    }

    func delete(_ collection: String, _ id: String) async throws {
        _ = try await session.send(call("DELETE", "/\(collection)/\(part(id))"))
    }
}
