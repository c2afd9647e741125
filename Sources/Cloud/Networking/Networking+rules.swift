extension Networking.RuleSpec {
    /// What the rule says in Neutron's view, where several ways to say it are one: the description does not count,
    /// all addresses are no prefix, and a protocol has a name and a number.
    ///
    /// Neutron refuses a second rule of the same meaning in a group (`_rule_to_key` of its `securitygroups_db`).
    public var meaning: Networking.RuleSpec {
        var meaning = self
        meaning.description = ""
        if remotePrefix == "0.0.0.0/0" || remotePrefix == "::/0" { meaning.remotePrefix = nil }
        var name = protocolName?.lowercased()
        if let known = name.flatMap({ Self.names[$0] }) { name = known }
        if etherType == "IPv6", name == "1" { name = "58" }
        meaning.protocolName = name
        return meaning
    }

    /// IANA's numbers of protocols, by the names that Neutron takes.
    private static let names = [
        "icmp": "1", "igmp": "2", "ipip": "4", "tcp": "6", "egp": "8", "udp": "17", "dccp": "33", "rsvp": "46",
        "gre": "47", "esp": "50", "ah": "51", "icmpv6": "58", "ipv6-icmp": "58", "ospf": "89", "vrrp": "112",
        "pgm": "113", "sctp": "132", "udplite": "136",
    ]
}

extension Networking {
    /// Gives a security group these rules and no others, without a moment in which fewer hold than before and after.
    ///
    /// First what is missing is added, all of it or nothing, then what is not wanted is removed. A rule that says
    /// the same as a wanted one stays as it is, with its id and description. May be done again at any point.
    ///
    /// - Throws: `CloudError`.
    public func setRules(_ wanted: [RuleSpec], ofGroup id: String) async throws {
        let rules = try await securityGroup(id).rules
        let present = Set(rules.map(\.spec.meaning))
        var missing: [RuleSpec] = []
        var meanings = present
        for spec in wanted where meanings.insert(spec.meaning).inserted { missing.append(spec) }
        _ = try await createRules(missing, inGroup: id)
        let kept = Set(wanted.map(\.meaning))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for rule in rules where !kept.contains(rule.spec.meaning) {
                group.addTask {
                    do { try await deleteRule(rule.id) } catch let error as CloudError where error.isNotFound {}
                }
            }
            try await group.waitForAll()
        }
    }
}
