public import HawserCore

extension Networking {
    /// An address outside that leads to a port inside.
    public struct FloatingAddress: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The address outside.
        public let address: String
        /// The id of the network outside.
        public let networkID: String
        /// The id of the port it leads to; nil when to none.
        public let portID: String?
        /// The address inside.
        public let fixedAddress: String?
        /// The id of the router between.
        public let routerID: String?
        /// `ACTIVE`, `DOWN`, `ERROR`.
        public let status: String
        /// The description.
        public let description: String
        /// The project's id.
        public let projectID: String?
        /// The tags.
        public let tags: [String]
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            address = try fields.text("floating_ip_address")
            networkID = try fields.text("floating_network_id")
            portID = try fields.optionalText("port_id")
            fixedAddress = try fields.optionalText("fixed_ip_address")
            routerID = try fields.optionalText("router_id")
            status = try fields.optionalText("status") ?? "DOWN"
            description = try fields.optionalText("description") ?? ""
            projectID = try fields.optionalText("project_id") ?? fields.optionalText("tenant_id")
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// The floating addresses of the project.
    ///
    /// - Throws: `CloudError`.
    public func floatingAddresses(_ filter: Filter = Filter()) async throws -> [FloatingAddress] {
        try await list("floatingips", filter)
    }

    /// A floating address.
    ///
    /// - Throws: `CloudError`.
    public func floatingAddress(_ id: String) async throws -> FloatingAddress {
        try await get("floatingips", id, "floatingip")
    }

    /// Takes a floating address, bound to a port when one is named.
    ///
    /// - Parameters:
    ///   - network: the id of the network outside.
    ///   - subnet: the id of its subnet; nil takes any.
    ///   - port: the id of the port it leads to.
    ///   - description: the description.
    /// - Returns: the address.
    /// - Throws: `CloudError`; `notFound` when no router leads from the port to that network.
    public func createFloatingAddress(
        network: String,
        subnet: String? = nil,
        port: String? = nil,
        description: String? = nil
    ) async throws -> FloatingAddress {
        try await create(
            "floatingips",
            "floatingip",
            .members([
                "floating_network_id": .string(network),
                "subnet_id": JSON(subnet),
                "port_id": JSON(port),
                "description": JSON(description),
            ])
        )
    }

    /// Leads a floating address to a port, or to none.
    ///
    /// - Throws: `CloudError`.
    public func bindFloatingAddress(_ id: String, toPort port: String?) async throws -> FloatingAddress {
        try await update("floatingips", id, "floatingip", ["port_id": port.map { .string($0) } ?? .null])
    }

    /// Gives a floating address back.
    ///
    /// - Throws: `CloudError`.
    public func deleteFloatingAddress(_ id: String) async throws { try await delete("floatingips", id) }
}
