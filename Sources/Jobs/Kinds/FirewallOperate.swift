public import HawserCore
public import HawserQueue

/// Puts a firewall at a port of a router, or takes it from there: `firewall.operate`.
public enum FirewallOperate: CloudJob {
    /// What can be done with a firewall and a port.
    public enum Operation: String, CaselessWord {
        /// The port gets the firewall.
        case attach
        /// The port loses the firewall.
        case detach
    }

    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The firewall's id.
        public var id: String
        /// The port's id.
        public var port: String
        /// What is to be done.
        public var operation: Operation
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "firewall_id"
            case port = "port_id"
            case operation = "ops_type"
            case region
        }

        /// A change.
        public init(id: String, port: String, operation: Operation, region: String? = nil) {
            self.id = id
            self.port = port
            self.operation = operation
            self.region = region
        }
    }

    /// `firewall.operate`.
    public static let name = "firewall.operate"
    /// Operate firewall failed.
    public static let failure = IaaSCode.firewallOperate
    /// The firewall and the port.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["firewall:\($0.id)", "port:\($0.port)"] }

    /// Ids that are none.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("firewall_id", arguments.id),
            ArgumentProblem.id("port_id", arguments.port),
        ].compactMap { $0 }
    }
}
