public import HawserCore
public import HawserQueue

/// A rule that a client wants in a security group, in the seed's words.
public struct SecurityGroupRuleSet: Codable, Sendable, Equatable {
    /// The description.
    public var description: String?
    /// `ingress` or `egress`.
    public var direction: String
    /// `tcp`, `udp`, `icmp`, another name or a number of IANA; nil, empty or `any`: all.
    public var protocolName: String?
    /// The first port, or the type of ICMP.
    public var portMin: Int?
    /// The last port, or the code of ICMP.
    public var portMax: Int?
    /// The addresses on the other side; nil or empty: all of IPv4.
    public var remotePrefix: String?

    private enum CodingKeys: String, CodingKey {
        case description = "rule_desc"
        case direction
        case protocolName = "protocol"
        case portMin = "port_range_min"
        case portMax = "port_range_max"
        case remotePrefix = "remote_ip_prefix"
    }

    /// A rule.
    public init(
        description: String? = nil,
        direction: String,
        protocolName: String? = nil,
        portMin: Int? = nil,
        portMax: Int? = nil,
        remotePrefix: String? = nil
    ) {
        self.description = description
        self.direction = direction
        self.protocolName = protocolName
        self.portMin = portMin
        self.portMax = portMax
        self.remotePrefix = remotePrefix
    }

    /// The JSON schema of a rule.
    public static let schema: JSON = [
        "type": "object", "required": ["direction"], "additionalProperties": false,
        "properties": [
            "rule_desc": ["type": "string", "maxLength": 255],
            "direction": ["enum": ["ingress", "egress"]],
            "protocol": ["type": "string", "description": "tcp, udp, icmp, another name or number; any: all"],
            "port_range_min": ["type": "integer", "minimum": 0, "maximum": 65535],
            "port_range_max": ["type": "integer", "minimum": 0, "maximum": 65535],
            "remote_ip_prefix": ["type": "string", "description": "An address or range; empty: all of IPv4"],
        ],
    ]

    /// The names that Neutron knows (`neutron_lib.constants.IP_PROTOCOL_MAP`).
    private static let names: Set<String> = [
        "ah", "dccp", "egp", "esp", "gre", "icmp", "icmpv6", "igmp", "ipip", "ipv6-icmp", "ospf", "pgm", "rsvp",
        "sctp", "tcp", "udp", "udplite", "vrrp",
    ]

    /// The same with one way to say each thing: nil for all protocols, all ports and all addresses.
    ///
    /// Port 0 of a protocol with ports is what a client without optional fields sends for none.
    public var normal: SecurityGroupRuleSet {
        var rule = self
        rule.protocolName = protocolName.flatMap { $0.isEmpty || $0.lowercased() == "any" ? nil : $0.lowercased() }
        if !rule.isICMP, (portMin ?? 0) == 0, (portMax ?? 0) == 0 { (rule.portMin, rule.portMax) = (nil, nil) }
        rule.remotePrefix = remotePrefix.flatMap { $0.isEmpty ? nil : AddressRange($0)?.description ?? $0 }
        return rule
    }

    private var isICMP: Bool {
        ["icmp", "icmpv6", "ipv6-icmp", "1", "58"].contains(protocolName?.lowercased() ?? "")
    }

    /// What is wrong with the rule.
    ///
    /// - Parameter path: the path to it in the arguments.
    /// - Returns: what no cloud would take.
    public func problems(at path: String) -> [ArgumentProblem] {
        let rule = normal
        var problems: [ArgumentProblem] = []
        func fail(_ field: String, _ message: String) { problems.append(.init("\(path).\(field)", message)) }
        if let problem = ArgumentProblem.text("\(path).rule_desc", description, 0...255) { problems.append(problem) }
        if direction != "ingress", direction != "egress" { fail("direction", "must be ingress or egress") }
        if let name = rule.protocolName, !Self.names.contains(name), !(0...255).contains(Int(name) ?? -1) {
            fail("protocol", "must be any, tcp, udp, icmp or another name or number of a protocol")
        }
        if let prefix = rule.remotePrefix, AddressRange(prefix) == nil {
            fail("remote_ip_prefix", "must be an IP address or a range of them")
        }
        let hasPorts = ["tcp", "udp", "sctp", "dccp", "udplite", "6", "17", "132", "33", "136"]
            .contains(rule.protocolName ?? "")
        switch (rule.portMin, rule.portMax) {
        case (nil, nil): break
        case (let min?, let max?) where hasPorts:
            if !(1...65535).contains(min) || !(min...65535).contains(max) {
                fail("port_range_min", "must be 1 to 65535 and not beyond port_range_max")
            }
        case (let min?, let max) where rule.isICMP:
            if !(0...255).contains(min) || !(0...255).contains(max ?? 0) {
                fail("port_range_min", "must be the type of ICMP, and port_range_max its code: 0 to 255")
            }
        case _ where hasPorts || rule.isICMP: fail("port_range_min", "must be given with port_range_max")
        default: fail("port_range_min", "must not be given: this protocol has no ports")
        }
        return problems
    }

    /// What is wrong with all rules of a group.
    public static func problems(in rules: [SecurityGroupRuleSet]?, at field: String) -> [ArgumentProblem] {
        guard let rules else { return [] }
        // Neutron's default quota is 100 rules per project.
        guard rules.count <= 500 else { return [ArgumentProblem(field, "must have at most 500 rules")] }
        return rules.enumerated().flatMap { $1.problems(at: "\(field)[\($0)]") }
    }
}
