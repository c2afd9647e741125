import HawserCore
import HawserQueue
import Testing

@testable import HawserJobs

/// What of the arguments of changes of firewalls is refused, and what is made of the rest.
@Suite("arguments of firewalls")
struct FirewallArgumentTests {
    @Test("a rule says each thing in one way")
    func normal() {
        let rule = FirewallRuleSet(action: "ALLOW", protocolName: "any", sourceAddress: "", sourcePort: "")
        #expect(rule.normal == FirewallRuleSet(action: "allow"))
        #expect(rule.problems(at: "rule").isEmpty)
        #expect(!rule.isIPv6)
        #expect(FirewallRuleSet(action: "deny", destinationAddress: "fd00::/8").isIPv6)
    }

    @Test(
        "ports are one or a range, of tcp and udp",
        arguments: [
            ("1", true), ("65535", true), ("80:90", true), ("80:80", true), ("0", false), ("65536", false),
            ("90:80", false), ("80-90", false), ("80:", false), (":80", false), ("1:2:3", false), ("+80", false),
            ("http", false),
        ]
    )
    func ports(_ text: String, _ isOne: Bool) {
        let rule = FirewallRuleSet(action: "allow", protocolName: "TCP", destinationPort: text)
        #expect(rule.problems(at: "r").map(\.field) == (isOne ? [] : ["r.firewall_rule_dst_port"]))
        for name in [nil, "icmp"] {
            let without = FirewallRuleSet(action: "allow", protocolName: name, sourcePort: text)
            #expect(without.problems(at: "r").map(\.field) == ["r.firewall_rule_src_port"])
        }
    }

    @Test("each wrong field is named")
    func fields() {
        let rule = FirewallRuleSet(
            action: "drop",
            protocolName: "tpc",
            sourceAddress: "10.0.0.1/8",
            destinationAddress: "nowhere"
        )
        #expect(
            rule.problems(at: "r").map(\.field) == [
                "r.firewall_rule_action", "r.firewall_rule_protocol", "r.firewall_rule_src_ip",
                "r.firewall_rule_dst_ip",
            ]
        )
        let mixed = FirewallRuleSet(action: "deny", sourceAddress: "10.0.0.1", destinationAddress: "::1")
        #expect(mixed.problems(at: "r").map(\.field) == ["r.firewall_rule_dst_ip"])
        let many = Array(repeating: FirewallRuleSet(action: "deny"), count: FirewallRuleSet.limit + 1)
        let created = FirewallCreate.problems(in: .init(name: "default", ingress: many, egress: [mixed]))
        #expect(
            created.map(\.field) == [
                "firewall_name", "firewall_ingress_policy_rules",
                "firewall_egress_policy_rules[0].firewall_rule_dst_ip",
            ]
        )
        let operate: JSON = ["firewall_id": "..", "port_id": "", "ops_type": "Attach"]
        #expect(FirewallOperate.check(operate).map(\.field) == ["firewall_id", "port_id"])
        let word: JSON = ["firewall_id": "f", "port_id": "p", "ops_type": "apply"]
        #expect(FirewallOperate.check(word).map(\.field) == ["ops_type"])
    }

    @Test("changes of one firewall, and of one port, take their turns")
    func locks() {
        #expect(FirewallUpdate.locks?(.init(id: "f")) == ["firewall:f"])
        #expect(FirewallDelete.locks?(.init(id: "f")) == ["firewall:f"])
        let operate = FirewallOperate.Arguments(id: "f", port: "p", operation: .attach)
        #expect(FirewallOperate.locks?(operate) == ["firewall:f", "port:p"])
    }
}
