public import HawserCore

extension Networking {
    /// A firewall as seed 004 tells it, with its policies and their rules as they are now.
    ///
    /// FWaaS v2 keeps no times.
    ///
    /// - Throws: `CloudError`.
    public func firewallReply(_ id: String) async throws -> JSON {
        let group = try await firewallGroup(id)
        var rules: [String: FirewallRule] = [:]
        for rule in group.policyIDs.isEmpty ? [] : try await firewallRules() { rules[rule.id] = rule }
        return [
            "firewall_id": .string(group.id),
            "firewall_name": .string(group.name),
            "firewall_desc": .string(group.description),
            "firewall_attached_port_id": JSON(group.portIDs.first) ?? .null,
            "firewall_status": .string(group.status),
            "firewall_ingress_policy": try await reply(policy: group.ingressPolicyID, rules),
            "firewall_egress_policy": try await reply(policy: group.egressPolicyID, rules),
            "created_time": nil,
            "updated_time": nil,
        ]
    }

    private func reply(policy id: String?, _ rules: [String: FirewallRule]) async throws -> JSON {
        guard let id else { return .null }
        let policy = try await firewallPolicy(id)
        return [
            "firewall_policy_id": .string(policy.id),
            "firewall_policy_name": .string(policy.name),
            "firewall_policy_desc": .string(policy.description),
            "firewall_policy_rules": .array(policy.ruleIDs.compactMap { rules[$0].map(Self.reply) }),
        ]
    }

    private static func reply(_ rule: FirewallRule) -> JSON {
        let spec = rule.spec
        return [
            "firewall_rule_id": .string(rule.id),
            "firewall_rule_name": .string(spec.name),
            "firewall_rule_desc": .string(spec.description),
            "firewall_rule_action": .string(spec.action),
            "firewall_rule_protocol": .string(spec.protocolName ?? "any"),
            "firewall_rule_src_ip": JSON(spec.source.addresses) ?? .null,
            "firewall_rule_src_port": JSON(spec.source.ports) ?? .null,
            "firewall_rule_dst_ip": JSON(spec.destination.addresses) ?? .null,
            "firewall_rule_dst_port": JSON(spec.destination.ports) ?? .null,
        ]
    }
}
