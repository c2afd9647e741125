import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Connects two routers of a tenant by a network made for this link, whose addresses Neutron gives out.
///
/// Nothing is left of a link that could not be made as a whole.
public struct PeerLinkCreateHandler: CloudHandler {
    /// `peer_link.create`.
    public typealias Kind = PeerLinkCreate

    /// What is known before anything is made.
    private struct Plan: Codable, Sendable {
        /// The range of the link.
        let range: String
        /// The ranges of the two subnets.
        let a: String
        let b: String
    }

    /// A side's port on the link.
    private struct Port: Codable, Sendable {
        let id: String
        let address: String
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: PeerLinkCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let link = PeerLink(arguments)
        let plan = try await job.step("plan") { try await Self.plan(link, cloud) }
        let network = try await makeNetwork(link, plan, cloud, job)
        let a = try await connect(link.a, "a", to: network, cloud, job)
        let b = try await connect(link.b, "b", to: network, cloud, job)
        try await lead(link.a.router, "a", .init(destination: plan.b, nextHop: b.address), cloud, job)
        try await lead(link.b.router, "b", .init(destination: plan.a, nextHop: a.address), cloud, job)
        return try await job.step("reply") {
            guard let reply = try await cloud.peerLinkReply(link) else {
                throw JobError.cloud("not_found", "the link was taken away again", .peerCreate, status: 409)
            }
            return Self.reply(reply)
        }
    }

    /// Looks whether the two can be connected, and for a range that both routers know nothing of.
    private static func plan(_ link: PeerLink, _ cloud: Networking) async throws -> Plan {
        guard try await cloud.network(of: link) == nil else {
            throw JobError.cloud("exists", "there is such a peer link already", .peerCreate, status: 409)
        }
        var taken: [AddressRange] = []
        var ends: [AddressRange] = []
        for side in [link.a, link.b] {
            let router = try await cloud.router(side.router)
            let subnets = Set(
                try await cloud.interfaces(ofRouter: side.router).flatMap { $0.addresses.map(\.subnetID) }
            )
            guard subnets.contains(side.subnet) else {
                throw JobError.cloud(
                    "not_connected",
                    "subnet \(side.subnet) is not connected to router \(side.router)",
                    .peerCreate,
                    status: 409
                )
            }
            for id in subnets {
                guard let range = AddressRange(try await cloud.subnet(id).cidr) else { continue }
                taken.append(range)
                if id == side.subnet { ends.append(range) }
            }
            taken += router.routes.compactMap { AddressRange($0.destination) }
            // Tenants cannot read the subnet of the way outside: what lies around its address is left to it.
            taken += (router.gateway?.addresses ?? []).compactMap { address in
                let parts = address.address.split(separator: ".")
                return parts.count == 4 ? AddressRange("\(parts[0]).\(parts[1]).0.0/16") : nil
            }
        }
        guard ends.count == 2, ends.allSatisfy({ $0.bytes.count == 4 }) else {
            throw JobError.cloud("not_ipv4", "only subnets of IPv4 can be linked", .peerCreate, status: 400)
        }
        guard !ends[0].overlaps(ends[1]) else {
            throw JobError.cloud("overlap", "the two subnets have addresses in common", .peerCreate, status: 409)
        }
        guard let range = PeerLink.range(besides: taken) else {
            throw JobError.cloud("no_range", "no addresses are left for a link", .peerCreate, status: 409)
        }
        return Plan(range: range.description, a: ends[0].description, b: ends[1].description)
    }

    private func makeNetwork(
        _ link: PeerLink,
        _ plan: Plan,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> String {
        let name = "peer-\(job.id.text)"
        let network = try await job.step(
            "network",
            adopt: { try await cloud.networks(.init(name: name)).first?.id },
            undo: { id in try await Self.undoing { try await cloud.deleteNetwork(id) } }
        ) {
            try await cloud.createNetwork(name: name, description: link.mark).id
        }
        try await job.step(
            "subnet",
            adopt: {
                var inside = Networking.Filter()
                inside.networkID = network
                return try await cloud.subnets(inside).first?.id
            },
            undo: { id in try await Self.undoing { try await cloud.deleteSubnet(id) } }
        ) {
            var request = Networking.SubnetRequest(networkID: network, cidr: plan.range, name: name)
            request.hasDHCP = false
            return try await cloud.createSubnet(request).id
        }
        return network
    }

    /// Makes a port on the link and gives it to a side's router.
    private func connect(
        _ side: PeerLink.Side,
        _ letter: String,
        to network: String,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> Port {
        let name = "peer-\(letter)"
        let port = try await job.step(
            "port-\(letter)",
            adopt: { try await cloud.ports(ofNetwork: network).first { $0.name == name }.flatMap(Self.port) },
            undo: { port in try await Self.undoing { try await cloud.deletePort(port.id) } }
        ) {
            var request = Networking.PortRequest(networkID: network, name: name)
            request.securityGroupIDs = []
            guard let port = Self.port(try await cloud.createPort(request)) else {
                throw JobError.cloud("no_address", "the link's port got no address", .peerCreate, status: 502)
            }
            return port
        }
        try await job.step(
            "interface-\(letter)",
            adopt: { try await cloud.port(port.id).deviceID == side.router ? port.id : nil },
            undo: { id in
                try await Self.undoing { try await cloud.removeInterface(.port(id), fromRouter: side.router) }
            }
        ) {
            try await Self.translating(as: .peerInterface) {
                try await cloud.addInterface(.port(port.id), toRouter: side.router)
            }
        }
        return port
    }

    /// Gives a router the route to the other side.
    private func lead(
        _ router: String,
        _ letter: String,
        _ route: Networking.Route,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws {
        try await job.step(
            "route-\(letter)",
            adopt: { try await cloud.router(router).routes.contains(route) ? NoOutput() : nil },
            undo: { _ in
                try await Self.undoing { _ = try await cloud.removeRoutes([route], fromRouter: router) }
            }
        ) {
            try await Self.translating(as: .peerRoute) { _ = try await cloud.addRoutes([route], toRouter: router) }
            return NoOutput()
        }
    }

    private static func port(_ port: Networking.Port) -> Port? {
        port.addresses.first.map { Port(id: port.id, address: $0.address) }
    }
}
