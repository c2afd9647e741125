public import HawserCore
public import HawserQueue

/// Takes an address outside from a server and gives it back: `floating_ip.revoke`.
public enum FloatingIPRevoke: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The server's id.
        public var instance: String
        /// The address outside.
        public var address: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case instance = "instance_id"
            case address = "float_ip"
            case region
        }

        /// A change.
        public init(instance: String, address: String, region: String? = nil) {
            self.instance = instance
            self.address = address
            self.region = region
        }
    }

    /// `floating_ip.revoke`.
    public static let name = "floating_ip.revoke"
    /// Revoke floating ip failed.
    public static let failure = IaaSCode.floatingIPRevoke
    /// The server.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["server:\($0.instance)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("instance_id", arguments.instance),
            ArgumentProblem.address("float_ip", arguments.address),
        ].compactMap { $0 }
    }
}
