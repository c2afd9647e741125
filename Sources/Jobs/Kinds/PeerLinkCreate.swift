public import HawserCore
public import HawserQueue

/// Connects two routers, so that a subnet of each reaches the other's: `peer_link.create`.
public enum PeerLinkCreate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The id of the subnet on one side.
        public var subnetA: String
        /// The id of its router.
        public var routerA: String
        /// The id of the subnet on the other side.
        public var subnetB: String
        /// The id of its router.
        public var routerB: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case subnetA = "peer_a_subnetid"
            case routerA = "peer_a_routerid"
            case subnetB = "peer_b_subnetid"
            case routerB = "peer_b_routerid"
            case region
        }

        /// A change.
        public init(
            subnetA: String,
            routerA: String,
            subnetB: String,
            routerB: String,
            region: String? = nil
        ) {
            self.subnetA = subnetA
            self.routerA = routerA
            self.subnetB = subnetB
            self.routerB = routerB
            self.region = region
        }
    }

    /// `peer_link.create`.
    public static let name = "peer_link.create"
    /// Create peer link failed.
    public static let failure = IaaSCode.peerCreate
    /// The routers.
    public static let locks: (@Sendable (Arguments) -> [String])? = {
        ["router:\($0.routerA)", "router:\($0.routerB)"]
    }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        ArgumentProblem.peers(
            [
                ("peer_a_subnetid", arguments.subnetA), ("peer_a_routerid", arguments.routerA),
                ("peer_b_subnetid", arguments.subnetB), ("peer_b_routerid", arguments.routerB),
            ]
        )
    }
}
