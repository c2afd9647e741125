public import HawserCore
public import HawserQueue

/// Gives a server an address outside: `floating_ip.bind`.
public enum FloatingIPBind: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The server's id.
        public var instance: String
        /// The id of the router between the server and outside.
        public var router: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case instance = "instance_id"
            case router = "vpc_router_id"
            case region
        }

        /// A change.
        public init(instance: String, router: String, region: String? = nil) {
            self.instance = instance
            self.router = router
            self.region = region
        }
    }

    /// `floating_ip.bind`.
    public static let name = "floating_ip.bind"
    /// Bind floating ip failed.
    public static let failure = IaaSCode.floatingIPCreate
    /// The server and the router.
    public static let locks: (@Sendable (Arguments) -> [String])? = {
        ["server:\($0.instance)", "router:\($0.router)"]
    }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.id("instance_id", arguments.instance),
            ArgumentProblem.id("vpc_router_id", arguments.router),
        ].compactMap { $0 }
    }
}
