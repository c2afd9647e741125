public import HawserCore
public import HawserQueue

/// Changes name and description of a VPC: `vpc.modify`.
public enum VPCModify: CloudJob {
    /// What is to be changed.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The network's id.
        public var id: String
        /// The new name; nil leaves it.
        public var name: String?
        /// The new description; nil leaves it.
        public var description: String?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "vpc_id"
            case name = "vpc_name"
            case description = "vpc_desc"
            case region
        }

        /// A change.
        public init(id: String, name: String? = nil, description: String? = nil, region: String? = nil) {
            self.id = id
            self.name = name
            self.description = description
            self.region = region
        }
    }

    /// `vpc.modify`.
    public static let name = "vpc.modify"
    /// Update network failed.
    public static let failure = IaaSCode.networkUpdate
    /// The network.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["network:\($0.id)"] }

    /// Names that no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("vpc_id", arguments.id),
            ArgumentProblem.name("vpc_name", arguments.name, 1...248),
            ArgumentProblem.text("vpc_desc", arguments.description, 0...255),
        ].compactMap { $0 }
    }
}
