public import HawserCore

extension Networking {
    /// What may pass a port.
    public struct SecurityGroup: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name; several may have the same.
        public let name: String
        /// The description.
        public let description: String
        /// The project's id.
        public let projectID: String?
        /// The rules.
        public let rules: [SecurityGroupRule]
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
            projectID = try fields.optionalText("project_id") ?? fields.optionalText("tenant_id")
            rules = try fields.optionalList("security_group_rules").map(SecurityGroupRule.init)
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// One thing that may pass.
    public struct SecurityGroupRule: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The id of its group.
        public let groupID: String
        /// What it says.
        public let spec: RuleSpec
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            groupID = try fields.text("security_group_id")
            spec = RuleSpec(
                direction: try fields.text("direction"),
                etherType: try fields.optionalText("ethertype") ?? "IPv4",
                protocolName: try fields.optionalText("protocol"),
                portMin: try fields.optionalInt("port_range_min"),
                portMax: try fields.optionalInt("port_range_max"),
                remotePrefix: try fields.optionalText("remote_ip_prefix"),
                remoteGroupID: try fields.optionalText("remote_group_id"),
                description: try fields.optionalText("description") ?? ""
            )
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// What a rule says.
    public struct RuleSpec: Sendable, Hashable, Codable {
        /// `ingress` or `egress`.
        public var direction: String
        /// `IPv4` or `IPv6`.
        public var etherType: String
        /// `tcp`, `udp`, `icmp`, a number; nil is any.
        public var protocolName: String?
        /// The first port, or the type of ICMP.
        public var portMin: Int?
        /// The last port, or the code of ICMP.
        public var portMax: Int?
        /// The addresses on the other side; nil is all.
        public var remotePrefix: String?
        /// The security group on the other side, by its id.
        public var remoteGroupID: String?
        /// The description.
        public var description: String

        /// A rule.
        public init(
            direction: String,
            etherType: String = "IPv4",
            protocolName: String? = nil,
            portMin: Int? = nil,
            portMax: Int? = nil,
            remotePrefix: String? = nil,
            remoteGroupID: String? = nil,
            description: String = ""
        ) {
            self.direction = direction
            self.etherType = etherType
            self.protocolName = protocolName
            self.portMin = portMin
            self.portMax = portMax
            self.remotePrefix = remotePrefix
            self.remoteGroupID = remoteGroupID
            self.description = description
        }

        func body(group: String) -> JSON {
            .members([
                "security_group_id": .string(group),
                "direction": .string(direction),
                "ethertype": .string(etherType),
                "protocol": JSON(protocolName),
                "port_range_min": JSON(portMin),
                "port_range_max": JSON(portMax),
                "remote_ip_prefix": JSON(remotePrefix),
                "remote_group_id": JSON(remoteGroupID),
                "description": .string(description),
            ])
        }
    }

    /// The security groups of the project.
    ///
    /// - Throws: `CloudError`.
    public func securityGroups(_ filter: Filter = Filter()) async throws -> [SecurityGroup] {
        try await list("security-groups", filter)
    }

    /// A security group with its rules.
    ///
    /// - Throws: `CloudError`.
    public func securityGroup(_ id: String) async throws -> SecurityGroup {
        try await get("security-groups", id, "security_group")
    }

    /// Makes a security group; the cloud gives it rules that let everything out.
    ///
    /// - Throws: `CloudError`.
    public func createSecurityGroup(name: String, description: String? = nil) async throws -> SecurityGroup {
        try await create(
            "security-groups",
            "security_group",
            .members(["name": .string(name), "description": JSON(description)])
        )
    }

    /// Changes name and description; nil leaves one as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateSecurityGroup(
        _ id: String,
        name: String? = nil,
        description: String? = nil
    ) async throws -> SecurityGroup {
        try await update(
            "security-groups",
            id,
            "security_group",
            .members(["name": JSON(name), "description": JSON(description)])
        )
    }

    /// Deletes a security group.
    ///
    /// - Throws: `CloudError`; `conflict` while ports use it.
    public func deleteSecurityGroup(_ id: String) async throws { try await delete("security-groups", id) }

    /// Makes rules, all of them or none.
    ///
    /// - Throws: `CloudError`; `conflict` when one of them is there already.
    public func createRules(_ rules: [RuleSpec], inGroup id: String) async throws -> [SecurityGroupRule] {
        guard !rules.isEmpty else { return [] }
        let body: JSON = ["security_group_rules": .array(rules.map { $0.body(group: id) })]
        return try await session.send(call("POST", "/security-group-rules", body: body))
            .readList("security_group_rules")
    }

    /// Deletes a rule.
    ///
    /// - Throws: `CloudError`.
    public func deleteRule(_ id: String) async throws { try await delete("security-group-rules", id) }
}
