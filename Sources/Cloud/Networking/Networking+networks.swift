public import HawserCore

extension Networking {
    /// A network.
    public struct Network: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// `ACTIVE`, `DOWN`, `BUILD`, `ERROR`.
        public let status: String
        /// The project's id.
        public let projectID: String?
        /// The ids of its subnets.
        public let subnetIDs: [String]
        /// Whether it leads outside.
        public let isExternal: Bool
        /// Whether other projects may use it.
        public let isShared: Bool
        /// Whether it is switched on.
        public let isUp: Bool
        /// The largest packet.
        public let mtu: Int?
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
            subnetIDs = try fields.texts("subnets")
            isExternal = try fields.bool("router:external")
            isShared = try fields.bool("shared")
            isUp = try fields.bool("admin_state_up", default: true)
            mtu = try fields.optionalInt("mtu")
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// The networks the project sees.
    ///
    /// - Throws: `CloudError`.
    public func networks(_ filter: Filter = Filter()) async throws -> [Network] {
        try await list("networks", filter)
    }

    /// A network.
    ///
    /// - Throws: `CloudError`.
    public func network(_ id: String) async throws -> Network { try await get("networks", id, "network") }

    /// Makes a network.
    ///
    /// - Throws: `CloudError`.
    public func createNetwork(name: String, description: String? = nil) async throws -> Network {
        try await create(
            "networks",
            "network",
            .members(["name": .string(name), "description": JSON(description)])
        )
    }

    /// Changes name and description; nil leaves one as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateNetwork(_ id: String, name: String? = nil, description: String? = nil) async throws -> Network {
        try await update(
            "networks",
            id,
            "network",
            .members(["name": JSON(name), "description": JSON(description)])
        )
    }

    /// Deletes a network with its subnets.
    ///
    /// - Throws: `CloudError`; `conflict` while ports use it.
    public func deleteNetwork(_ id: String) async throws { try await delete("networks", id) }

    /// A subnet.
    public struct Subnet: Sendable, Hashable, CloudModel {
        /// A range of addresses that are given out.
        public struct Pool: Sendable, Hashable {
            /// The first.
            public let start: String
            /// The last.
            public let end: String

            /// A range.
            public init(start: String, end: String) {
                self.start = start
                self.end = end
            }
        }

        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// The id of its network.
        public let networkID: String
        /// The project's id.
        public let projectID: String?
        /// Its addresses: `10.0.0.0/24`.
        public let cidr: String
        /// 4 or 6.
        public let ipVersion: Int
        /// The address of the way out.
        public let gateway: String?
        /// Whether addresses are given out by DHCP.
        public let hasDHCP: Bool
        /// The addresses that are given out.
        public let pools: [Pool]
        /// The name servers told to guests.
        public let nameServers: [String]
        /// When it was made.
        public let createdAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            networkID = try fields.text("network_id")
            projectID = try fields.optionalText("project_id") ?? fields.optionalText("tenant_id")
            cidr = try fields.text("cidr")
            ipVersion = try fields.optionalInt("ip_version") ?? 4
            gateway = try fields.optionalText("gateway_ip")
            hasDHCP = try fields.bool("enable_dhcp")
            pools = try fields.optionalList("allocation_pools").map { pool in
                Pool(start: try pool.text("start"), end: try pool.text("end"))
            }
            nameServers = try fields.texts("dns_nameservers")
            createdAt = try fields.time("created_at")
        }
    }

    /// What a subnet is to be.
    public struct SubnetRequest: Sendable {
        /// The id of its network.
        public var networkID: String
        /// Its addresses.
        public var cidr: String
        /// The name.
        public var name: String?
        /// The description.
        public var description: String?
        /// The address of the way out; nil takes the first.
        public var gateway: String?
        /// Whether addresses are given out by DHCP.
        public var hasDHCP = true
        /// The addresses that are given out; empty means all.
        public var pools: [Subnet.Pool] = []
        /// The name servers told to guests.
        public var nameServers: [String] = []

        /// A subnet of a network.
        public init(networkID: String, cidr: String, name: String? = nil) {
            self.networkID = networkID
            self.cidr = cidr
            self.name = name
        }

        var body: JSON {
            .members([
                "network_id": .string(networkID),
                "cidr": .string(cidr),
                "ip_version": .int(cidr.contains(":") ? 6 : 4),
                "name": JSON(name),
                "description": JSON(description),
                "gateway_ip": JSON(gateway),
                "enable_dhcp": .bool(hasDHCP),
                "allocation_pools": pools.isEmpty
                    ? nil : .array(pools.map { ["start": .string($0.start), "end": .string($0.end)] }),
                "dns_nameservers": nameServers.isEmpty ? nil : .texts(nameServers),
            ])
        }
    }

    /// The subnets the project sees.
    ///
    /// - Throws: `CloudError`.
    public func subnets(_ filter: Filter = Filter()) async throws -> [Subnet] { try await list("subnets", filter) }

    /// A subnet.
    ///
    /// - Throws: `CloudError`.
    public func subnet(_ id: String) async throws -> Subnet { try await get("subnets", id, "subnet") }

    /// Makes a subnet.
    ///
    /// - Throws: `CloudError`.
    public func createSubnet(_ request: SubnetRequest) async throws -> Subnet {
        try await create("subnets", "subnet", request.body)
    }

    /// Changes name and description; nil leaves one as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateSubnet(_ id: String, name: String? = nil, description: String? = nil) async throws -> Subnet {
        try await update("subnets", id, "subnet", .members(["name": JSON(name), "description": JSON(description)]))
    }

    /// Deletes a subnet.
    ///
    /// - Throws: `CloudError`; `conflict` while ports use it.
    public func deleteSubnet(_ id: String) async throws { try await delete("subnets", id) }
}
