public import HawserCore

extension Networking {
    /// A port of a network.
    public struct Port: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// `ACTIVE`, `DOWN`, `BUILD`, `N/A`.
        public let status: String
        /// The id of its network.
        public let networkID: String
        /// The project's id.
        public let projectID: String?
        /// The id of the server or router it belongs to; empty when to none.
        public let deviceID: String
        /// What it is for: `compute:nova`, `network:router_interface`; empty when for nothing.
        public let deviceOwner: String
        /// The hardware address.
        public let mac: String?
        /// Its addresses.
        public let addresses: [FixedAddress]
        /// The ids of its security groups.
        public let securityGroupIDs: [String]
        /// The tags.
        public let tags: [String]
        /// When it was made.
        public let createdAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            status = try fields.optionalText("status") ?? "N/A"
            networkID = try fields.text("network_id")
            projectID = try fields.optionalText("project_id") ?? fields.optionalText("tenant_id")
            deviceID = try fields.optionalText("device_id") ?? ""
            deviceOwner = try fields.optionalText("device_owner") ?? ""
            mac = try fields.optionalText("mac_address")
            addresses = try fields.optionalList("fixed_ips").map(FixedAddress.init)
            securityGroupIDs = try fields.texts("security_groups")
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
        }
    }

    /// What a port is to be.
    public struct PortRequest: Sendable {
        /// The id of its network.
        public var networkID: String
        /// The name.
        public var name: String?
        /// The description.
        public var description: String?
        /// The id of the subnet to take an address of.
        public var subnetID: String?
        /// The address.
        public var address: String?
        /// The ids of its security groups; nil takes the project's default one.
        public var securityGroupIDs: [String]?
        /// The project it is for; only administrators may name another than theirs.
        public var projectID: String?

        /// A port of a network.
        public init(networkID: String, name: String? = nil) {
            self.networkID = networkID
            self.name = name
        }

        var body: JSON {
            let fixed = JSON.members(["subnet_id": JSON(subnetID), "ip_address": JSON(address)])
            return .members([
                "network_id": .string(networkID),
                "name": JSON(name),
                "description": JSON(description),
                "fixed_ips": subnetID == nil && address == nil ? nil : .array([fixed]),
                "security_groups": securityGroupIDs.map { .texts($0) },
                "project_id": JSON(projectID),
            ])
        }
    }

    /// The ports of the project.
    ///
    /// - Throws: `CloudError`.
    public func ports(_ filter: Filter = Filter()) async throws -> [Port] { try await list("ports", filter) }

    /// A port.
    ///
    /// - Throws: `CloudError`.
    public func port(_ id: String) async throws -> Port { try await get("ports", id, "port") }

    /// Makes a port.
    ///
    /// - Throws: `CloudError`.
    public func createPort(_ request: PortRequest) async throws -> Port {
        try await create("ports", "port", request.body)
    }

    /// Gives a port these security groups and no others.
    ///
    /// - Throws: `CloudError`.
    public func setSecurityGroups(_ ids: [String], ofPort id: String) async throws -> Port {
        try await update("ports", id, "port", ["security_groups": .texts(ids)])
    }

    /// Deletes a port.
    ///
    /// - Throws: `CloudError`; `conflict` when it is a router's.
    public func deletePort(_ id: String) async throws { try await delete("ports", id) }
}
