import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Adds routes to routers and removes them; the other routes of a router are left.
public struct RouterRoutesHandler: CloudHandler {
    /// `router.routes`.
    public typealias Kind = RouterRoutes

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: RouterRoutes.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let router = arguments.router
        let routes = arguments.routes.map { Networking.Route(destination: $0.destination, nextHop: $0.nexthop) }
        let adds = arguments.operation == "add"
        // The undo hangs on what was read before the change: a route that was there before stays.
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (before: [Networking.Route]) in
                let changed = routes.filter { before.contains($0) != adds }
                guard !changed.isEmpty else { return }
                try await Self.undoing {
                    _ =
                        adds
                        ? try await cloud.removeRoutes(changed, fromRouter: router)
                        : try await cloud.addRoutes(changed, toRouter: router)
                }
            }
        ) {
            try await cloud.router(router).routes
        }
        // The cloud answers with the router as it is then.
        return try await job.step("change") {
            let changed =
                adds
                ? try await cloud.addRoutes(routes, toRouter: router)
                : try await cloud.removeRoutes(routes, fromRouter: router)
            return Self.reply([
                "router_id": .string(router),
                "set_type": .string(arguments.operation),
                "set_time": .string(Timestamp.now.rfc3339),
                "current_routes": Networking.reply(changed.routes),
            ])
        }
    }
}
