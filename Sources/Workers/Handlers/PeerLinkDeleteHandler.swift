import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Takes links between routers away: routes first, which Neutron wants gone before the interfaces, the network last,
/// by which a later run finds what is left.
public struct PeerLinkDeleteHandler: CloudHandler {
    /// `peer_link.delete`.
    public typealias Kind = PeerLinkDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: PeerLinkDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let link = PeerLink(arguments)
        return try await job.step("delete") {
            try await Self.remove(link, cloud)
            return Self.reply([
                "peer_a_subnetid": .string(arguments.subnetA), "peer_a_routerid": .string(arguments.routerA),
                "peer_b_subnetid": .string(arguments.subnetB), "peer_b_routerid": .string(arguments.routerB),
                "deleted_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }

    private static func remove(_ link: PeerLink, _ cloud: Networking) async throws {
        guard let network = try await cloud.network(of: link) else { return }
        let ports = try await cloud.ports(ofNetwork: network.id)
        let hops = Set(ports.flatMap { $0.addresses.map(\.address) })
        for side in [link.a, link.b] {
            try await removing {
                let routes = try await cloud.router(side.router).routes.filter { hops.contains($0.nextHop) }
                if !routes.isEmpty { _ = try await cloud.removeRoutes(routes, fromRouter: side.router) }
            }
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
