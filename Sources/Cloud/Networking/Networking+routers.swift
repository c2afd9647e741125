public import HawserCore

extension Networking {
    /// A route that is no part of a router's own networks.
    public struct Route: Sendable, Hashable, Codable {
        /// Where to: `10.1.0.0/24`.
        public let destination: String
        /// By way of.
        public let nextHop: String

        /// A route.
        public init(destination: String, nextHop: String) {
            self.destination = destination
            self.nextHop = nextHop
        }

        var body: JSON { ["destination": .string(destination), "nexthop": .string(nextHop)] }
    }

    /// A router's way outside.
    public struct Gateway: Sendable, Hashable {
        /// The id of the external network.
        public let networkID: String
        /// Whether inner addresses are hidden behind the router's.
        public let hidesAddresses: Bool
        /// The router's addresses outside.
        public let addresses: [FixedAddress]
    }

    /// An address of a port.
    public struct FixedAddress: Sendable, Hashable, CloudModel {
        /// The id of its subnet.
        public let subnetID: String
        /// The address.
        public let address: String

        init(_ fields: CloudFields) throws {
            subnetID = try fields.text("subnet_id")
            address = try fields.text("ip_address")
        }
    }

    /// A router.
    public struct Router: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// One of `ACTIVE`, `ERROR` and others.
        public let status: String
        /// The project's id.
        public let projectID: String?
        /// Its way outside.
        public let gateway: Gateway?
        /// Its extra routes.
        public let routes: [Route]
        /// Whether it is switched on.
        public let isUp: Bool
        /// The tags.
        public let tags: [String]
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            status = try fields.optionalText("status") ?? "ACTIVE"
            projectID = try fields.optionalText("project_id") ?? fields.optionalText("tenant_id")
            gateway = try fields.optionalFields("external_gateway_info").map { gateway in
                Gateway(
                    networkID: try gateway.text("network_id"),
                    hidesAddresses: try gateway.bool("enable_snat", default: true),
                    addresses: try gateway.optionalList("external_fixed_ips").map(FixedAddress.init)
                )
            }
            routes = try fields.optionalList("routes").map { route in
                Route(destination: try route.text("destination"), nextHop: try route.text("nexthop"))
            }
            isUp = try fields.bool("admin_state_up", default: true)
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// The routers of the project.
    ///
    /// - Throws: `CloudError`.
    public func routers(_ filter: Filter = Filter()) async throws -> [Router] { try await list("routers", filter) }

    /// A router.
    ///
    /// - Throws: `CloudError`.
    public func router(_ id: String) async throws -> Router { try await get("routers", id, "router") }

    /// Makes a router.
    ///
    /// - Throws: `CloudError`.
    public func createRouter(name: String, description: String? = nil) async throws -> Router {
        try await create("routers", "router", .members(["name": .string(name), "description": JSON(description)]))
    }

    /// Changes name and description; nil leaves one as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateRouter(_ id: String, name: String? = nil, description: String? = nil) async throws -> Router {
        try await update("routers", id, "router", .members(["name": JSON(name), "description": JSON(description)]))
    }

    /// Gives a router its way outside, by an address of an external network's subnet or any.
    ///
    /// - Throws: `CloudError`.
    public func setGateway(ofRouter id: String, network: String, subnet: String? = nil) async throws -> Router {
        let addresses: JSON? = subnet.map { .array([["subnet_id": .string($0)]]) }
        // enable_snat is left out: true is the default, and only administrators may say it.
        let gateway = JSON.members(["network_id": .string(network), "external_fixed_ips": addresses])
        return try await update("routers", id, "router", ["external_gateway_info": gateway])
    }

    /// Takes a router's way outside away.
    ///
    /// - Throws: `CloudError`; `conflict` while floating addresses need it.
    public func clearGateway(ofRouter id: String) async throws -> Router {
        try await update("routers", id, "router", ["external_gateway_info": [:]])
    }

    /// What a router is connected to.
    public enum Interface: Sendable, Hashable {
        /// A subnet, at its gateway's address.
        case subnet(String)
        /// A port that is there, at its own address.
        case port(String)

        var body: JSON {
            switch self {
            case .subnet(let id): ["subnet_id": .string(id)]
            case .port(let id): ["port_id": .string(id)]
            }
        }
    }

    /// Connects a router.
    ///
    /// - Returns: the id of the port at the router.
    /// - Throws: `CloudError`; `badRequest` when it is connected already.
    public func addInterface(_ interface: Interface, toRouter id: String) async throws -> String {
        let path = "/routers/\(part(id))/add_router_interface"
        let answer = try await session.send(call("PUT", path, body: interface.body))
        return try answer.reading { try CloudFields(answer.body, at: "body").text("port_id") }
    }

    /// Disconnects a router; a port it was connected to is deleted.
    ///
    /// - Throws: `CloudError`; `notFound` when it is not connected.
    public func removeInterface(_ interface: Interface, fromRouter id: String) async throws {
        let path = "/routers/\(part(id))/remove_router_interface"
        _ = try await session.send(call("PUT", path, body: interface.body))
    }

    /// Adds routes and leaves the others; one that is there already stays one (extension `extraroute-atomic`).
    ///
    /// - Throws: `CloudError`.
    public func addRoutes(_ routes: [Route], toRouter id: String) async throws -> Router {
        try await changeRoutes("add_extraroutes", routes, id)
    }

    /// Removes routes and leaves the others; one that is not there is no error (extension `extraroute-atomic`).
    ///
    /// - Throws: `CloudError`.
    public func removeRoutes(_ routes: [Route], fromRouter id: String) async throws -> Router {
        try await changeRoutes("remove_extraroutes", routes, id)
    }

    private func changeRoutes(_ action: String, _ routes: [Route], _ id: String) async throws -> Router {
        let body: JSON = ["router": ["routes": .array(routes.map(\.body))]]
        return try await session.send(call("PUT", "/routers/\(part(id))/\(action)", body: body)).read("router")
    }

    /// Deletes a router.
    ///
    /// - Throws: `CloudError`; `conflict` while it is connected.
    public func deleteRouter(_ id: String) async throws { try await delete("routers", id) }
}
