public import HawserCore
public import HawserQueue

/// Deletes a security group with its rules: `security_group.delete`.
public enum SecurityGroupDelete: CloudJob {
    /// What is to be deleted.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The group's id.
        public var id: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "security_group_id"
            case region
        }

        /// A security group.
        public init(id: String, region: String? = nil) {
            self.id = id
            self.region = region
        }
    }

    /// `security_group.delete`.
    public static let name = "security_group.delete"
    /// Delete security group failed.
    public static let failure = IaaSCode.securityGroupDelete
    /// The group.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["security_group:\($0.id)"] }

    /// An id that is none.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("security_group_id", arguments.id)].compactMap { $0 }
    }
}
