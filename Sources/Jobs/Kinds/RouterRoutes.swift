public import HawserCore
public import HawserQueue

/// Adds routes to a router or removes them: `router.routes`.
public enum RouterRoutes: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The router's id.
        public var router: String
        /// `add` or `remove`.
        public var operation: String
        /// The routes.
        public var routes: [RouteSet]
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case router = "router_id"
            case operation = "set_type"
            case routes
            case region
        }

        /// A change.
        public init(router: String, operation: String, routes: [RouteSet], region: String? = nil) {
            self.router = router
            self.operation = operation
            self.routes = routes
            self.region = region
        }
    }

    /// `router.routes`.
    public static let name = "router.routes"
    /// Set router failed.
    public static let failure = IaaSCode.routerSet
    /// The router.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["router:\($0.router)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        var problems = [ArgumentProblem.id("router_id", arguments.router)].compactMap { $0 }
        if !["add", "remove"].contains(arguments.operation) {
            problems.append(ArgumentProblem("set_type", "must be add or remove"))
        }
        if !(1...limit).contains(arguments.routes.count) {
            problems.append(ArgumentProblem("routes", "must have 1 to \(limit) routes"))
        }
        return problems + arguments.routes.enumerated().flatMap { $1.problems(at: "routes[\($0)]") }
    }
    /// How many routes a job takes at most.
    public static let limit = 100
}
