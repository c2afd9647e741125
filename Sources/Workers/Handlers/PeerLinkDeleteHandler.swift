import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Takes links between routers away: once begun to the end, since half a link leads nowhere.
///
/// Routes go first, which Neutron wants gone before the interfaces, the network last, by which a later run finds what is
/// left.
public struct PeerLinkDeleteHandler: CloudHandler {
    /// `peer_link.delete`.
    public typealias Kind = PeerLinkDelete

    /// What a link consists of; two are equal when nothing was taken away between.
    private struct Parts: Codable, Equatable, Sendable {
        var ports: Set<String> = []
        var routes: Set<String> = []
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: PeerLinkDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let link = PeerLink(arguments)
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (before: Parts) in
                try await Self.undoing {
                    if try await Self.parts(of: link, cloud) != before { try await Self.remove(link, cloud) }
                }
            }
        ) {
            try await Self.parts(of: link, cloud)
        }
        return try await lasting("delete", "the deletion of the link", job) {
            try await Self.remove(link, cloud)
            return Self.reply([
                "peer_a_subnetid": .string(arguments.subnetA), "peer_a_routerid": .string(arguments.routerA),
                "peer_b_subnetid": .string(arguments.subnetB), "peer_b_routerid": .string(arguments.routerB),
                "deleted_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }

    private static func parts(of link: PeerLink, _ cloud: Networking) async throws -> Parts {
        guard let network = try await cloud.network(of: link) else { return Parts() }
        let ports = try await cloud.ports(ofNetwork: network.id)
        var parts = Parts(ports: Set(ports.map(\.id)))
        for side in [link.a, link.b] {
            for route in try await routes(of: side.router, by: ports, cloud) {
                parts.routes.insert("\(side.router) \(route.destination)")
            }
        }
        return parts
    }

    /// The routes of a router that lead over a link; none of a router that is gone.
    private static func routes(
        of router: String,
        by ports: [Networking.Port],
        _ cloud: Networking
    ) async throws -> [Networking.Route] {
        let hops = Set(ports.flatMap { $0.addresses.map(\.address) })
        do {
            return try await cloud.router(router).routes.filter { hops.contains($0.nextHop) }
        } catch let error as CloudError where error.isNotFound {
            return []
        }
    }

    private static func remove(_ link: PeerLink, _ cloud: Networking) async throws {
        guard let network = try await cloud.network(of: link) else { return }
        let ports = try await cloud.ports(ofNetwork: network.id)
        for side in [link.a, link.b] {
            let routes = try await routes(of: side.router, by: ports, cloud)
            if routes.isEmpty { continue }
            try await removing { _ = try await cloud.removeRoutes(routes, fromRouter: side.router) }
        }
        for port in ports {
            try await removing {
                if port.isRouterInterface {
                    try await cloud.removeInterface(.port(port.id), fromRouter: port.deviceID)
                } else {
                    try await cloud.deletePort(port.id)
                }
            }
        }
        try await removing { try await cloud.deleteNetwork(network.id) }
    }
}
