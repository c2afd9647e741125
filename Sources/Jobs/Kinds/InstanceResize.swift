public import HawserCore
public import HawserQueue

/// Gives an instance another flavor: `instance.resize`.
public enum InstanceResize: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The instance's id.
        public var instanceID: String
        /// The flavor's id.
        public var flavor: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case instanceID = "instance_id"
            case flavor = "flavor_ref"
            case region
        }

        /// Arguments.
        public init(instanceID: String, flavor: String, region: String? = nil) {
            self.instanceID = instanceID
            self.flavor = flavor
            self.region = region
        }
    }

    /// `instance.resize`.
    public static let name = "instance.resize"
    /// Resize instance failed.
    public static let failure = IaaSCode.instanceResize
    /// One change of an instance at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["server:\($0.instanceID)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("instance_id", arguments.instanceID),
            ArgumentProblem.id("flavor_ref", arguments.flavor),
        ].compactMap { $0 }
    }
}
