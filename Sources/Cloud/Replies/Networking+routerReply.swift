public import HawserCore

extension Networking {
    /// A router as seed 004 tells it, with its interfaces and extra routes as they are now.
    ///
    /// - Throws: `CloudError`.
    public func routerReply(_ id: String) async throws -> JSON {
        let router = try await router(id)
        var members = try await members(ofRouter: router)
        members["current_routes"] = Self.reply(router.routes)
        return .object(members)
    }

    /// Routes as seed 004 tells them.
    public static func reply(_ routes: [Route]) -> JSON {
        .array(
            routes.map { ["destination": .string($0.destination), "nexthop": .string($0.nextHop)] }
        )
    }

    /// The ports by which a router is connected to the project's networks.
    ///
    /// - Throws: `CloudError`.
    public func interfaces(ofRouter id: String) async throws -> [Port] {
        var filter = Filter()
        filter.deviceID = id
        return try await ports(filter).filter(\.isRouterInterface)
    }

    func members(ofRouter router: Router) async throws -> [String: JSON] {
        let ports = try await interfaces(ofRouter: router.id)
        let order = ports.sorted { ($0.createdAt?.milliseconds ?? 0, $0.id) < ($1.createdAt?.milliseconds ?? 0, $1.id) }
        return [
            "router_id": .string(router.id),
            "router_name": .string(router.name),
            "router_created_time": JSON(time: router.createdAt),
            "intfs": .array(
                order.map { port in
                    [
                        "intf_id": .string(port.id), "intf_name": .string(port.name),
                        "intf_ip": JSON(port.addresses.first?.address) ?? .null,
                        "subnet_id": JSON(port.addresses.first?.subnetID) ?? .null,
                        "intf_created_time": JSON(time: port.createdAt),
                    ]
                }
            ),
        ]
    }
}

extension Networking.Port {
    /// Whether a router is connected by it to one of its networks; a distributed or doubled router's port has a
    /// device owner of its own.
    public var isRouterInterface: Bool {
        [
            "network:router_interface", "network:router_interface_distributed",
            "network:ha_router_replicated_interface",
        ].contains(deviceOwner)
    }
}

extension JSON {
    /// A time as clients are told it, null when the cloud does not tell it.
    init(time: Timestamp?) {
        self = time.map { .string($0.rfc3339) } ?? .null
    }
}
