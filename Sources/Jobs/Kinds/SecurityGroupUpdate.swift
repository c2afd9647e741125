public import HawserCore
public import HawserQueue

/// Changes name, description and rules of a security group: `security_group.update`.
public enum SecurityGroupUpdate: CloudJob {
    /// What is to be changed; what is nil stays.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The group's id.
        public var id: String
        /// The new name.
        public var name: String?
        /// The new description.
        public var description: String?
        /// All its rules from then on; empty: none.
        public var rules: [SecurityGroupRuleSet]?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "security_group_id"
            case name = "security_group_name"
            case description = "security_group_desc"
            case rules = "security_group_rule_sets"
            case region
        }

        /// A change.
        public init(
            id: String,
            name: String? = nil,
            description: String? = nil,
            rules: [SecurityGroupRuleSet]? = nil,
            region: String? = nil
        ) {
            self.id = id
            self.name = name
            self.description = description
            self.rules = rules
            self.region = region
        }
    }

    /// `security_group.update`.
    public static let name = "security_group.update"
    /// Update security group failed.
    public static let failure = IaaSCode.securityGroupUpdate
    /// The group.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["security_group:\($0.id)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("security_group_id", arguments.id),
            ArgumentProblem.name("security_group_name", arguments.name, 1...255),
            ArgumentProblem.text("security_group_desc", arguments.description, 0...255),
        ].compactMap { $0 } + SecurityGroupRuleSet.problems(in: arguments.rules, at: "security_group_rule_sets")
    }
}
