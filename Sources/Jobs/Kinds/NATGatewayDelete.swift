public import HawserCore
public import HawserQueue

/// Takes a router's way outside away: `nat_gateway.delete`.
public enum NATGatewayDelete: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The router's id.
        public var router: String
        /// The gateway's id: that of the subnet of its address outside.
        public var gateway: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case router = "router_id"
            case gateway = "gateway_id"
            case region
        }

        /// A change.
        public init(router: String, gateway: String, region: String? = nil) {
            self.router = router
            self.gateway = gateway
            self.region = region
        }
    }

    /// `nat_gateway.delete`.
    public static let name = "nat_gateway.delete"
    /// Delete nat gateway failed.
    public static let failure = IaaSCode.natDelete
    /// The router.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["router:\($0.router)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("router_id", arguments.router),
            ArgumentProblem.id("gateway_id", arguments.gateway),
        ].compactMap { $0 }
    }
}
