import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Changes name and description of VPCs; a router that is called after its VPC goes on being called so.
public struct VPCModifyHandler: CloudHandler {
    /// `vpc.modify`.
    public typealias Kind = VPCModify

    /// How things were called before.
    private struct Before: Codable, Sendable {
        let name: String
        let description: String
        /// The router to rename.
        let router: String?
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VPCModify.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        // The undo hangs on what was read before the first change, so it takes back every change there was.
        let before = try await job.step(
            "before",
            adopt: { nil },
            undo: { before in
                try await Self.undoing {
                    try await Self.set(before.name, before.description, arguments.id, before.router, cloud)
                }
            }
        ) {
            let network = try await cloud.network(arguments.id)
            let router = arguments.name == nil ? nil : try await cloud.router(ofVPC: network)
            let isNamedAfter = router?.name == Networking.routerName(ofVPC: network.name)
            return Before(
                name: network.name,
                description: network.description,
                router: isNamedAfter ? router?.id : nil
            )
        }
        try await job.step("change") {
            try await Self.set(arguments.name, arguments.description, arguments.id, before.router, cloud)
            return NoOutput()
        }
        return try await job.step("reply") { Self.reply(["vpc": try await cloud.vpcReply(arguments.id)]) }
    }

    private static func set(
        _ name: String?,
        _ description: String?,
        _ network: String,
        _ router: String?,
        _ cloud: Networking
    ) async throws {
        if name != nil || description != nil {
            _ = try await cloud.updateNetwork(network, name: name, description: description)
        }
        if let router, let name {
            _ = try await cloud.updateRouter(router, name: Networking.routerName(ofVPC: name))
        }
    }
}
