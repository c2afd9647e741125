public import HawserCore
public import HawserQueue

/// Makes a firewall with its rules: `firewall.create`.
public enum FirewallCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The name; several may have the same.
        public var name: String
        /// The description.
        public var description: String?
        /// The rules for what comes in, of which the first that fits decides; nil or empty: nothing comes in.
        public var ingress: [FirewallRuleSet]?
        /// The rules for what goes out; nil or empty: nothing goes out.
        public var egress: [FirewallRuleSet]?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case name = "firewall_name"
            case description = "firewall_desc"
            case ingress = "firewall_ingress_policy_rules"
            case egress = "firewall_egress_policy_rules"
            case region
        }

        /// A firewall.
        public init(
            name: String,
            description: String? = nil,
            ingress: [FirewallRuleSet]? = nil,
            egress: [FirewallRuleSet]? = nil,
            region: String? = nil
        ) {
            self.name = name
            self.description = description
            self.ingress = ingress
            self.egress = egress
            self.region = region
        }
    }

    /// `firewall.create`.
    public static let name = "firewall.create"
    /// Create firewall failed.
    public static let failure = IaaSCode.firewallCreate

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        problems(name: arguments.name, arguments.description, arguments.ingress, arguments.egress)
    }

    /// What is wrong with what can be given of a firewall, new or changed.
    static func problems(
        name: String?,
        _ description: String?,
        _ ingress: [FirewallRuleSet]?,
        _ egress: [FirewallRuleSet]?
    ) -> [ArgumentProblem] {
        [
            ArgumentProblem.text("firewall_name", name, 1...255),
            ArgumentProblem.text("firewall_desc", description, 0...255),
            name == "default"
                ? ArgumentProblem("firewall_name", "must not be default, which every project has") : nil,
        ].compactMap { $0 }
            + FirewallRuleSet.problems(in: ingress, at: "firewall_ingress_policy_rules")
            + FirewallRuleSet.problems(in: egress, at: "firewall_egress_policy_rules")
    }
}
