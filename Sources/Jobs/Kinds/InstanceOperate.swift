public import HawserCore
public import HawserQueue

/// Starts, stops, suspends, resumes or reboots an instance: `instance.operate`.
public enum InstanceOperate: CloudJob {
    /// What can be done with an instance.
    public enum Operation: String, CaselessWord {
        /// Starts a stopped one.
        case start
        /// Stops it.
        case stop
        /// Writes its memory to disk and halts it.
        case suspend
        /// Goes on after `suspend`.
        case resume
        /// Asks its system to start again.
        case softreboot
        /// Switches it off and on.
        case hardreboot
    }

    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The instance's id.
        public var instanceID: String
        /// What is to be done.
        public var operation: Operation
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case instanceID = "instance_id"
            case operation = "operate_type"
            case region
        }

        /// Arguments.
        public init(instanceID: String, operation: Operation, region: String? = nil) {
            self.instanceID = instanceID
            self.operation = operation
            self.region = region
        }
    }

    /// `instance.operate`.
    public static let name = "instance.operate"
    /// Operate instance failed.
    public static let failure = IaaSCode.instanceOperate
    /// An operation there is not.
    public static let refusals = ["operate_type": IaaSCode.instanceUnknownOperation]
    /// One change of an instance at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["server:\($0.instanceID)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("instance_id", arguments.instanceID)].compactMap { $0 }
    }
}
