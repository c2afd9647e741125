import HawserCore

extension Networking {
    /// What may pass at ports of routers: two policies (FWaaS v2, the extension `fwaas_v2`).
    public struct FirewallGroup: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name; several may have the same.
        public let name: String
        /// The description.
        public let description: String
        /// `ACTIVE`, `INACTIVE` without ports, `PENDING_UPDATE` while it is being applied, `DOWN`, `ERROR`.
        public let status: String
        /// The policy for what comes in; nil lets nothing in.
        public let ingressPolicyID: String?
        /// The policy for what goes out; nil lets nothing out.
        public let egressPolicyID: String?
        /// The ports it is at.
        public let portIDs: [String]

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            status = try fields.optionalText("status") ?? ""
            ingressPolicyID = try fields.optionalText("ingress_firewall_policy_id")
            egressPolicyID = try fields.optionalText("egress_firewall_policy_id")
            portIDs = try fields.texts("ports")
        }

        /// Its policies, for both directions.
        public var policyIDs: [String] { [ingressPolicyID, egressPolicyID].compactMap { $0 } }
    }

    /// A list of rules, of which the first that fits decides.
    public struct FirewallPolicy: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name; several may have the same.
        public let name: String
        /// The description.
        public let description: String
        /// The rules' ids, in their order.
        public let ruleIDs: [String]

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            ruleIDs = try fields.texts("firewall_rules")
        }
    }

    /// One rule.
    public struct FirewallRule: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// What it says.
        public let spec: FirewallRuleSpec

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            spec = FirewallRuleSpec(
                name: try fields.optionalText("name") ?? "",
                description: try fields.optionalText("description") ?? "",
                action: try fields.text("action"),
                protocolName: try fields.optionalText("protocol"),
                ipVersion: try fields.optionalInt("ip_version") ?? 4,
                source: .init(
                    addresses: try fields.optionalText("source_ip_address"),
                    ports: try fields.optionalText("source_port")
                ),
                destination: .init(
                    addresses: try fields.optionalText("destination_ip_address"),
                    ports: try fields.optionalText("destination_port")
                )
            )
        }
    }

    /// What a rule says.
    public struct FirewallRuleSpec: Sendable, Hashable {
        /// One side of what passes.
        public struct Side: Sendable, Hashable {
            /// An address or range; nil: all.
            public var addresses: String?
            /// A port, or the first and the last with a colon between; nil: all.
            public var ports: String?

            /// A side.
            public init(addresses: String? = nil, ports: String? = nil) {
                self.addresses = addresses
                self.ports = ports
            }
        }

        /// The name.
        public var name: String
        /// The description.
        public var description: String
        /// `allow`, `deny` or `reject`.
        public var action: String
        /// `tcp`, `udp`, `icmp`; nil: any.
        public var protocolName: String?
        /// 4 or 6.
        public var ipVersion: Int
        /// Where from.
        public var source: Side
        /// Where to.
        public var destination: Side

        /// A rule.
        public init(
            name: String,
            description: String = "",
            action: String,
            protocolName: String? = nil,
            ipVersion: Int = 4,
            source: Side = Side(),
            destination: Side = Side()
        ) {
            self.name = name
            self.description = description
            self.action = action
            self.protocolName = protocolName
            self.ipVersion = ipVersion
            self.source = source
            self.destination = destination
        }

        var body: JSON {
            .members([
                "name": .string(name), "description": .string(description), "action": .string(action),
                "protocol": JSON(protocolName), "ip_version": .int(Int64(ipVersion)),
                "source_ip_address": JSON(source.addresses), "source_port": JSON(source.ports),
                "destination_ip_address": JSON(destination.addresses), "destination_port": JSON(destination.ports),
            ])
        }
    }

    /// A change of a firewall group; what is nil stays.
    public struct FirewallGroupChange: Sendable, Hashable {
        /// The name.
        public var name: String?
        /// The description.
        public var description: String?
        /// The policy for what comes in.
        public var ingressPolicyID: String?
        /// The policy for what goes out.
        public var egressPolicyID: String?
        /// The ports it is at.
        public var portIDs: [String]?

        /// No change.
        public init() {}

        var body: JSON {
            .members([
                "name": JSON(name), "description": JSON(description),
                "ingress_firewall_policy_id": JSON(ingressPolicyID),
                "egress_firewall_policy_id": JSON(egressPolicyID), "ports": portIDs.map { .texts($0) },
            ])
        }
    }

    /// Whether the cloud has firewalls.
    ///
    /// - Throws: `CloudError`.
    public func hasFirewalls() async throws -> Bool { try await extensions().contains("fwaas_v2") }

    /// The firewall groups that have this name and description, among those of the project and shared ones.
    ///
    /// - Throws: `CloudError`.
    public func firewallGroups(name: String? = nil, description: String? = nil) async throws -> [FirewallGroup] {
        try await firewallList("groups", name, description)
    }

    /// A firewall group.
    ///
    /// - Throws: `CloudError`.
    public func firewallGroup(_ id: String) async throws -> FirewallGroup {
        try await get("fwaas/firewall_groups", id, "firewall_group")
    }

    /// Makes a firewall group.
    ///
    /// - Throws: `CloudError`.
    public func createFirewallGroup(_ group: FirewallGroupChange) async throws -> FirewallGroup {
        try await create("fwaas/firewall_groups", "firewall_group", group.body)
    }

    /// Changes a firewall group; of policies and ports all at once.
    ///
    /// - Throws: `CloudError`; `busy` while an earlier change is being applied, `conflict` with the type
    ///   `FirewallGroupPortInUse` when a port has another firewall.
    public func updateFirewallGroup(_ id: String, _ change: FirewallGroupChange) async throws -> FirewallGroup {
        try await update("fwaas/firewall_groups", id, "firewall_group", change.body)
    }

    /// Deletes a firewall group; its policies stay.
    ///
    /// - Throws: `CloudError`; `conflict` while it is at a port.
    public func deleteFirewallGroup(_ id: String) async throws { try await delete("fwaas/firewall_groups", id) }

    /// The policies that have this name, among those of the project and shared ones.
    ///
    /// - Throws: `CloudError`.
    public func firewallPolicies(name: String? = nil) async throws -> [FirewallPolicy] {
        try await firewallList("policies", name, nil)
    }

    /// A policy.
    ///
    /// - Throws: `CloudError`.
    public func firewallPolicy(_ id: String) async throws -> FirewallPolicy {
        try await get("fwaas/firewall_policies", id, "firewall_policy")
    }

    /// Makes a policy of rules, in this order.
    ///
    /// - Throws: `CloudError`.
    public func createFirewallPolicy(name: String, rules: [String]) async throws -> FirewallPolicy {
        try await create(
            "fwaas/firewall_policies",
            "firewall_policy",
            ["name": .string(name), "firewall_rules": .texts(rules)]
        )
    }

    /// Deletes a policy; its rules stay.
    ///
    /// - Throws: `CloudError`; `conflict` while a group has it.
    public func deleteFirewallPolicy(_ id: String) async throws { try await delete("fwaas/firewall_policies", id) }

    /// The rules of the project and shared ones.
    ///
    /// - Throws: `CloudError`.
    public func firewallRules() async throws -> [FirewallRule] { try await firewallList("rules", nil, nil) }

    /// Makes a rule; the service takes one at a time.
    ///
    /// - Throws: `CloudError`.
    public func createFirewallRule(_ rule: FirewallRuleSpec) async throws -> FirewallRule {
        try await create("fwaas/firewall_rules", "firewall_rule", rule.body)
    }

    /// Deletes a rule.
    ///
    /// - Throws: `CloudError`; `conflict` while a policy has it.
    public func deleteFirewallRule(_ id: String) async throws { try await delete("fwaas/firewall_rules", id) }

    private func firewallList<Model: CloudModel>(
        _ what: String,
        _ name: String?,
        _ description: String?
    ) async throws -> [Model] {
        let filter = Filter(name: name, description: description)
        let call = call("GET", "/fwaas/firewall_\(what)", query: filter.query)
        return try await session.list(call, "firewall_\(what)", pageSize: 1000)
    }
}
