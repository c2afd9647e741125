public import HawserCore
public import HawserQueue

/// A rule that a client wants in a firewall, in the seed's words.
public struct FirewallRuleSet: Codable, Sendable, Equatable {
    /// The description.
    public var description: String?
    /// `allow`, `deny` or `reject`.
    public var action: String
    /// `tcp`, `udp` or `icmp`; nil, empty or `any`: all.
    public var protocolName: String?
    /// Where from, an address or range; nil or empty: everywhere.
    public var sourceAddress: String?
    /// From which port, or ports as `FIRST:LAST`; nil or empty: all.
    public var sourcePort: String?
    /// Where to.
    public var destinationAddress: String?
    /// To which port or ports.
    public var destinationPort: String?

    private enum CodingKeys: String, CodingKey {
        case description = "firewall_rule_desc"
        case action = "firewall_rule_action"
        case protocolName = "firewall_rule_protocol"
        case sourceAddress = "firewall_rule_src_ip"
        case sourcePort = "firewall_rule_src_port"
        case destinationAddress = "firewall_rule_dst_ip"
        case destinationPort = "firewall_rule_dst_port"
    }

    /// A rule.
    public init(
        description: String? = nil,
        action: String,
        protocolName: String? = nil,
        sourceAddress: String? = nil,
        sourcePort: String? = nil,
        destinationAddress: String? = nil,
        destinationPort: String? = nil
    ) {
        self.description = description
        self.action = action
        self.protocolName = protocolName
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.destinationAddress = destinationAddress
        self.destinationPort = destinationPort
    }

    /// What a rule can do (FWaaS v2).
    public static let actions = ["allow", "deny", "reject"]
    /// The protocols a rule can be about, as the seed's original has them.
    public static let protocols = ["tcp", "udp", "icmp"]

    /// The JSON schema of a rule.
    public static let schema: JSON = [
        "type": "object", "required": ["firewall_rule_action"], "additionalProperties": false,
        "properties": [
            "firewall_rule_desc": ["type": "string", "maxLength": 255],
            "firewall_rule_action": ["type": "string", "enum": .array(actions.map { .string($0) })],
            "firewall_rule_protocol": [
                "type": "string", "enum": .array((["any"] + protocols).map { .string($0) }), "default": "any",
            ],
            "firewall_rule_src_ip": ["type": "string", "description": "An address or range; empty: all"],
            "firewall_rule_src_port": ["type": "string", "description": "80 or 80:90; empty: all"],
            "firewall_rule_dst_ip": ["type": "string", "description": "An address or range; empty: all"],
            "firewall_rule_dst_port": ["type": "string", "description": "80 or 80:90; empty: all"],
        ],
    ]

    /// The same with one way to say each thing: nil for all protocols, addresses and ports.
    public var normal: FirewallRuleSet {
        var rule = self
        rule.action = action.lowercased()
        rule.protocolName = (protocolName?.lowercased()).given.flatMap { $0 == "any" ? nil : $0 }
        rule.sourceAddress = sourceAddress.given
        rule.sourcePort = sourcePort.given
        rule.destinationAddress = destinationAddress.given
        rule.destinationPort = destinationPort.given
        return rule
    }

    /// Whether it is about IPv6, by its addresses; IPv4 when it has none.
    public var isIPv6: Bool { [sourceAddress, destinationAddress].contains { $0?.contains(":") == true } }

    /// What is wrong with the rule.
    ///
    /// - Parameter path: the path to it in the arguments.
    /// - Returns: what no cloud would take.
    public func problems(at path: String) -> [ArgumentProblem] {
        let rule = normal
        var problems = [ArgumentProblem.text("\(path).firewall_rule_desc", description, 0...255)].compactMap { $0 }
        func fail(_ field: String, _ message: String) {
            problems.append(.init("\(path).firewall_rule_\(field)", message))
        }
        if !Self.actions.contains(rule.action) { fail("action", "must be allow, deny or reject") }
        if let name = rule.protocolName, !Self.protocols.contains(name) {
            fail("protocol", "must be any, tcp, udp or icmp")
        }
        let addresses = [("src_ip", rule.sourceAddress), ("dst_ip", rule.destinationAddress)]
        for case (let field, let text?) in addresses where AddressRange(text) == nil {
            fail(field, "must be an IP address or a range of them")
        }
        let lengths = Set(addresses.compactMap { $0.1.flatMap { AddressRange($0)?.bytes.count } })
        if lengths.count > 1 { fail("dst_ip", "must be of the same IP version as src_ip") }
        for case (let field, let text?) in [("src_port", rule.sourcePort), ("dst_port", rule.destinationPort)] {
            if rule.protocolName != "tcp", rule.protocolName != "udp" {
                fail(field, "must not be given: only tcp and udp have ports")
            } else if !Self.isPorts(text) {
                fail(field, "must be a port from 1 to 65535, or FIRST:LAST")
            }
        }
        return problems
    }

    private static func isPorts(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> Int? in
            // Int would take a sign.
            part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard (1...2).contains(parts.count), numbers.count == parts.count, let last = numbers.last else { return false }
        return numbers[0] >= 1 && numbers[0] <= last && last <= 65_535
    }

    /// What is wrong with all rules of a direction.
    public static func problems(in rules: [FirewallRuleSet]?, at field: String) -> [ArgumentProblem] {
        guard let rules else { return [] }
        guard rules.count <= limit else { return [ArgumentProblem(field, "must have at most \(limit) rules")] }
        return rules.enumerated().flatMap { $1.problems(at: "\(field)[\($0)]") }
    }

    /// How many rules a direction has at most; the service's own quota is 100 for a project.
    public static let limit = 500
}
