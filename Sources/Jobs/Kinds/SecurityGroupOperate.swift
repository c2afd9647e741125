public import HawserCore
public import HawserQueue

/// Gives servers a security group, or takes it from them: `security_group.operate`.
public enum SecurityGroupOperate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The group's id.
        public var id: String
        /// The servers' ids.
        public var instances: [String]
        /// `attach` or `detach`.
        public var operation: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "security_group_id"
            case instances = "instance_ids"
            case operation = "ops_type"
            case region
        }

        /// A change.
        public init(id: String, instances: [String], operation: String, region: String? = nil) {
            self.id = id
            self.instances = instances
            self.operation = operation
            self.region = region
        }
    }

    /// `security_group.operate`.
    public static let name = "security_group.operate"
    /// Operate security group failed.
    public static let failure = IaaSCode.securityGroupOperate
    /// How many servers a job takes at most.
    public static let limit = 100
    /// The group and the servers.
    public static let locks: (@Sendable (Arguments) -> [String])? = { arguments in
        ["security_group:\(arguments.id)"] + arguments.instances.map { "server:\($0)" }
    }

    /// Ids that are none, twice the same, and words that are no operation.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        var problems = [ArgumentProblem.id("security_group_id", arguments.id)].compactMap { $0 }
        if !["attach", "detach"].contains(arguments.operation) {
            problems.append(ArgumentProblem("ops_type", "must be attach or detach"))
        }
        guard (1...limit).contains(arguments.instances.count) else {
            return problems + [ArgumentProblem("instance_ids", "must have 1 to \(limit) ids")]
        }
        if Set(arguments.instances).count < arguments.instances.count {
            problems.append(ArgumentProblem("instance_ids", "must not have an id twice"))
        }
        return problems
            + arguments.instances.enumerated().compactMap { ArgumentProblem.id("instance_ids[\($0)]", $1) }
    }
}
