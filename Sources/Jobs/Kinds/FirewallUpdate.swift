public import HawserCore
public import HawserQueue

/// Changes name, description and rules of a firewall: `firewall.update`.
public enum FirewallUpdate: CloudJob {
    /// What is to be changed; what is nil stays.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The firewall's id.
        public var id: String
        /// The new name.
        public var name: String?
        /// The new description.
        public var description: String?
        /// All its rules for what comes in, from then on.
        public var ingress: [FirewallRuleSet]?
        /// All its rules for what goes out, from then on.
        public var egress: [FirewallRuleSet]?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "firewall_id"
            case name = "firewall_name"
            case description = "firewall_desc"
            case ingress = "firewall_ingress_policy_rules"
            case egress = "firewall_egress_policy_rules"
            case region
        }

        /// A change.
        public init(
            id: String,
            name: String? = nil,
            description: String? = nil,
            ingress: [FirewallRuleSet]? = nil,
            egress: [FirewallRuleSet]? = nil,
            region: String? = nil
        ) {
            self.id = id
            self.name = name
            self.description = description
            self.ingress = ingress
            self.egress = egress
            self.region = region
        }
    }

    /// `firewall.update`.
    public static let name = "firewall.update"
    /// Update firewall failed.
    public static let failure = IaaSCode.firewallUpdate
    /// The firewall.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["firewall:\($0.id)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("firewall_id", arguments.id)].compactMap { $0 }
            + FirewallCreate.problems(
                name: arguments.name,
                arguments.description,
                arguments.ingress,
                arguments.egress
            )
    }
}
