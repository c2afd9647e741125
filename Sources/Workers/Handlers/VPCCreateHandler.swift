import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes VPCs: nothing is left of one that could not be made as a whole.
public struct VPCCreateHandler: CloudHandler {
    /// `vpc.create`.
    public typealias Kind = VPCCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VPCCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let network = try await makeNetwork(arguments, cloud, job)
        let subnet = try await makeSubnet(arguments, in: network, cloud, job)
        let router = try await makeRouter(arguments, cloud, job)
        try await connect(router, to: subnet, of: network, cloud, job)
        // Until here the description told which job made the network: nothing else of it is not the client's.
        return try await job.step("description") {
            async let made = cloud.router(router)
            let told = try await cloud.updateNetwork(network, description: arguments.description ?? "")
            return Self.reply(["vpc": try await cloud.vpcReply(of: told, router: try await made)])
        }
    }

    private func makeNetwork(
        _ arguments: VPCCreate.Arguments,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> String {
        let mark = Self.mark(job)
        return try await job.step(
            "network",
            adopt: { try await cloud.networks(.init(name: arguments.name, description: mark)).first?.id },
            undo: { id in try await Self.undoing { try await cloud.deleteNetwork(id) } }
        ) {
            try await cloud.createNetwork(name: arguments.name, description: mark).id
        }
    }

    private func makeSubnet(
        _ arguments: VPCCreate.Arguments,
        in network: String,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> String {
        guard let plan = VPCCreate.plan(of: arguments.subnet) else {
            throw JobError.cloud("bad_cidr", "the subnet is no range of IPv4 addresses", .badCIDR, status: 400)
        }
        var request = Networking.SubnetRequest(networkID: network, cidr: arguments.subnet)
        request.gateway = plan.gateway
        request.pools = [.init(start: plan.first, end: plan.last)]
        let subnet = request
        return try await job.step(
            "subnet",
            adopt: {
                var inside = Networking.Filter()
                inside.networkID = network
                return try await cloud.subnets(inside).first?.id
            },
            undo: { id in try await Self.undoing { try await cloud.deleteSubnet(id) } }
        ) {
            try await Self.translating(as: .subnetCreate) { try await cloud.createSubnet(subnet).id }
        }
    }

    private func makeRouter(
        _ arguments: VPCCreate.Arguments,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> String {
        let name = Networking.routerName(ofVPC: arguments.name)
        let mark = Self.mark(job)
        return try await job.step(
            "router",
            adopt: { try await cloud.routers(.init(name: name, description: mark)).first?.id },
            undo: { id in try await Self.undoing { try await cloud.deleteRouter(id) } }
        ) {
            try await Self.translating(as: .routerCreate) {
                try await cloud.createRouter(name: name, description: mark).id
            }
        }
    }

    private func connect(
        _ router: String,
        to subnet: String,
        of network: String,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws {
        try await job.step(
            "interface",
            adopt: { try await cloud.interfaces(ofRouter: router).first { $0.networkID == network }?.id },
            undo: { _ in
                try await Self.undoing { try await cloud.removeInterface(.subnet(subnet), fromRouter: router) }
            }
        ) {
            try await Self.translating(as: .interfaceAdd) {
                try await cloud.addInterface(.subnet(subnet), toRouter: router)
            }
        }
    }
}
