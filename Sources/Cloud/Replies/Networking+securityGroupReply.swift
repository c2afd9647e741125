public import HawserCore

extension Networking {
    /// A security group as seed 004 tells it, with its rules as they are now.
    ///
    /// - Throws: `CloudError`.
    public func securityGroupReply(_ id: String) async throws -> JSON {
        Self.securityGroupReply(of: try await securityGroup(id))
    }

    /// The same of a group as it was just told.
    public static func securityGroupReply(of group: SecurityGroup) -> JSON {
        let rules = group.rules.sorted {
            ($0.createdAt?.milliseconds ?? 0, $0.id) < ($1.createdAt?.milliseconds ?? 0, $1.id)
        }
        return [
            "security_group_id": .string(group.id),
            "security_group_name": .string(group.name),
            "security_group_desc": .string(group.description),
            "security_group_rules": .array(rules.map(Self.reply)),
            "created_time": JSON(time: group.createdAt),
            "updated_time": JSON(time: group.updatedAt),
        ]
    }

    private static func reply(_ rule: SecurityGroupRule) -> JSON {
        [
            "rule_id": .string(rule.id),
            "rule_desc": .string(rule.spec.description),
            "direction": .string(rule.spec.direction),
            "ethertype": .string(rule.spec.etherType),
            "protocol": JSON(rule.spec.protocolName) ?? .null,
            "port_range_min": JSON(rule.spec.portMin) ?? .null,
            "port_range_max": JSON(rule.spec.portMax) ?? .null,
            "remote_ip_prefix": JSON(rule.spec.remotePrefix) ?? .null,
            "remote_group_id": JSON(rule.spec.remoteGroupID) ?? .null,
            "security_group_id": .string(rule.groupID),
            "created_time": JSON(time: rule.createdAt),
            "updated_time": JSON(time: rule.updatedAt),
        ]
    }
}
