public import HawserCore
public import HawserQueue

/// Makes a security group with its rules: `security_group.create`.
public enum SecurityGroupCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The name; several may have the same.
        public var name: String
        /// The description.
        public var description: String?
        /// The rules; nil leaves those that the cloud gives every new group, which let everything out.
        public var rules: [SecurityGroupRuleSet]?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case name = "security_group_name"
            case description = "security_group_desc"
            case rules = "security_group_rule_sets"
            case region
        }

        /// A security group.
        public init(
            name: String,
            description: String? = nil,
            rules: [SecurityGroupRuleSet]? = nil,
            region: String? = nil
        ) {
            self.name = name
            self.description = description
            self.rules = rules
            self.region = region
        }
    }

    /// `security_group.create`.
    public static let name = "security_group.create"
    /// Create security group failed.
    public static let failure = IaaSCode.securityGroupCreate

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.name("security_group_name", arguments.name, 1...255),
            ArgumentProblem.text("security_group_desc", arguments.description, 0...255),
        ].compactMap { $0 }
            + (arguments.name == "default"
                ? [ArgumentProblem("security_group_name", "must not be default, which every project has")] : [])
            + SecurityGroupRuleSet.problems(in: arguments.rules, at: "security_group_rule_sets")
    }
}
