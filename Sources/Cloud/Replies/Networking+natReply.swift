public import HawserCore

extension Networking {
    /// A router's way outside as seed 004 tells it; its id is that of the subnet of its first address outside.
    ///
    /// - Parameters:
    ///   - id: the router's id.
    ///   - gateway: the gateway's id; nil: whatever it is.
    ///   - admin: the operator's client: a gateway's port, which tells since when there is one, belongs to no tenant.
    /// - Returns: nil when the router has none, or another one.
    /// - Throws: `CloudError`.
    public func natReply(ofRouter id: String, gateway: String? = nil, admin: Networking) async throws -> JSON? {
        // As the tenant first: it decides whose routers are told.
        let router = try await router(id)
        guard gateway == nil || gateway == router.gateway?.addresses.first?.subnetID else { return nil }
        return try await Self.natReply(of: router, admin: admin)
    }

    /// The same of a router as it was just told.
    public static func natReply(of router: Router, admin: Networking) async throws -> JSON? {
        guard let way = router.gateway else { return nil }
        var filter = Filter()
        filter.deviceID = router.id
        filter.deviceOwner = "network:router_gateway"
        let port = try await admin.ports(filter).first
        return [
            "gateway_id": JSON(way.addresses.first?.subnetID) ?? .null,
            "router_id": .string(router.id),
            "external_network_id": .string(way.networkID),
            "enable_snat": .bool(way.hidesAddresses),
            "external_fixed_ip": JSON(way.addresses.first?.address) ?? .null,
            "created_time": JSON(time: port?.createdAt),
        ]
    }
}
