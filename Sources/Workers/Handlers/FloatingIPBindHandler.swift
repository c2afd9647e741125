import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Gives servers addresses outside, by the network to which the router between leads.
public struct FloatingIPBindHandler: CloudHandler {
    /// `floating_ip.bind`.
    public typealias Kind = FloatingIPBind

    /// The address as the cloud told it.
    private struct Bound: Codable, Sendable {
        let id: String
        let address: String
        let time: String

        init(_ address: Networking.FloatingAddress) {
            id = address.id
            self.address = address.address
            time = (address.createdAt ?? .now).rfc3339
        }
    }

    /// Between what the address is to lead.
    private struct Way: Codable, Sendable {
        let network: String
        let port: String
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FloatingIPBind.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let way = try await job.step("way") { try await Self.way(arguments, cloud) }
        let mark = Self.mark(job)
        let address = try await job.step(
            "address",
            adopt: { try await cloud.floatingAddresses(.init(description: mark)).first.map { Bound($0) } },
            undo: { bound in try await Self.undoing { try await cloud.deleteFloatingAddress(bound.id) } }
        ) {
            // Taken and bound by one request: there is nothing between to be cut off.
            Bound(try await cloud.createFloatingAddress(network: way.network, port: way.port, description: mark))
        }
        return Self.reply(["float_ip": .string(address.address), "binded_time": .string(address.time)])
    }

    /// The network outside, and the server's port on a network of the router.
    private static func way(_ arguments: FloatingIPBind.Arguments, _ cloud: Networking) async throws -> Way {
        var filter = Networking.Filter()
        filter.deviceID = arguments.instance
        async let interfaces = cloud.interfaces(ofRouter: arguments.router)
        async let found = cloud.ports(filter)
        guard let gateway = try await cloud.router(arguments.router).gateway else {
            throw JobError.cloud("no_gateway", "the router has no NAT gateway", .routerNoGateway, status: 409)
        }
        let inside = Set(try await interfaces.flatMap { $0.addresses.map(\.subnetID) })
        let ports = try await found.sorted { $0.id < $1.id }
        let reached = ports.first { $0.addresses.contains { inside.contains($0.subnetID) } }
        guard let reached else {
            throw JobError.cloud(
                "not_connected",
                ports.isEmpty
                    ? "there is no such server, or it has no network"
                    : "the server is in no network of the router",
                .floatingIPCreate,
                status: ports.isEmpty ? 404 : 409
            )
        }
        return Way(network: gateway.networkID, port: reached.id)
    }
}
