public import HawserCore
public import HawserQueue

/// Deletes an instance; its data disks stay: `instance.delete`.
public enum InstanceDelete: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The instance's id.
        public var instanceID: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case instanceID = "instance_id"
            case region
        }

        /// Arguments.
        public init(instanceID: String, region: String? = nil) {
            self.instanceID = instanceID
            self.region = region
        }
    }

    /// `instance.delete`.
    public static let name = "instance.delete"
    /// Delete instance failed.
    public static let failure = IaaSCode.instanceDelete
    /// One change of an instance at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["server:\($0.instanceID)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("instance_id", arguments.instanceID)].compactMap { $0 }
    }
}
