import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Gives routers their way outside.
public struct NATGatewayCreateHandler: CloudHandler {
    /// `nat_gateway.create`.
    public typealias Kind = NATGatewayCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: NATGatewayCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let cloud = Networking(session)
        let (router, network) = (arguments.router, arguments.network)
        // Once this has passed, a gateway that the router has is this job's: others wait for the router's lock.
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (_: NoOutput) in
                try await Self.undoing {
                    guard try await cloud.router(router).gateway?.networkID == network else { return }
                    _ = try await cloud.clearGateway(ofRouter: router)
                }
            }
        ) {
            guard try await cloud.router(router).gateway == nil else {
                throw JobError.cloud("has_gateway", "the router has a NAT gateway already", .natCreate, status: 409)
            }
            guard try await cloud.network(network).isExternal else {
                throw JobError.cloud("not_external", "the network is not an external one", .natCreate, status: 400)
            }
            return NoOutput()
        }
        return try await job.step("gateway") {
            // Setting the network that is set already changes nothing, the address included.
            let changed = try await cloud.setGateway(ofRouter: router, network: network)
            let admin = Networking(try clouds.operatorSession(beside: session))
            guard let reply = try await Networking.natReply(of: changed, admin: admin) else {
                throw JobError.cloud("no_gateway", "the gateway was taken away again", .natCreate, status: 409)
            }
            return Self.reply(["nat_gateway": reply])
        }
    }
}
