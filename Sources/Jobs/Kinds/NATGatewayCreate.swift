public import HawserCore
public import HawserQueue

/// Gives a router its way outside, behind whose address those inside are hidden: `nat_gateway.create`.
public enum NATGatewayCreate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The router's id.
        public var router: String
        /// The id of the network outside.
        public var network: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case router = "router_id"
            case network = "external_network_id"
            case region
        }

        /// A change.
        public init(router: String, network: String, region: String? = nil) {
            self.router = router
            self.network = network
            self.region = region
        }
    }

    /// `nat_gateway.create`.
    public static let name = "nat_gateway.create"
    /// Create nat gateway failed.
    public static let failure = IaaSCode.natCreate
    /// The router.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["router:\($0.router)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("router_id", arguments.router),
            ArgumentProblem.id("external_network_id", arguments.network),
        ].compactMap { $0 }
    }
}
