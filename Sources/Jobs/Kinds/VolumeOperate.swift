public import HawserCore
public import HawserQueue

/// Attaches a cloud disk to an instance or detaches it: `volume.operate`.
public enum VolumeOperate: CloudJob {
    /// What can be done with a disk and an instance.
    public enum Operation: String, CaselessWord {
        /// The instance gets the disk.
        case attach
        /// The instance loses the disk.
        case detach
    }

    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The disk's id.
        public var volumeID: String
        /// The instance's id.
        public var instanceID: String
        /// What is to be done.
        public var operation: Operation
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case volumeID = "volume_id"
            case instanceID = "instance_id"
            case operation = "ops_type"
            case region
        }

        /// Arguments.
        public init(volumeID: String, instanceID: String, operation: Operation, region: String? = nil) {
            self.volumeID = volumeID
            self.instanceID = instanceID
            self.operation = operation
            self.region = region
        }
    }

    /// `volume.operate`.
    public static let name = "volume.operate"
    /// Attach or detach cloud disk failed.
    public static let failure = IaaSCode.diskOperate
    /// One change of the disk and of the instance at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = {
        ["volume:\($0.volumeID)", "server:\($0.instanceID)"]
    }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("volume_id", arguments.volumeID),
            ArgumentProblem.id("instance_id", arguments.instanceID),
        ].compactMap { $0 }
    }
}
