import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes NAS disks: a share network on the tenant's network, a share on it, and access for the network's subnets.
///
/// The share network is made for the share and carries the job's id in its name; so does the share in its metadata.
public struct ShareCreateHandler: CloudHandler {
    /// `share.create`.
    public typealias Kind = ShareCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: ShareCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let shares = SharedFileSystem(session)
        let subnets = try await job.step("subnets") { try await Self.subnets(of: arguments.networkID, session) }
        guard let subnet = subnets.first else {
            throw JobError.cloud("no_subnet", "the network does not exist or has no subnet", Kind.failure, status: 404)
        }
        let network = try await job.step(
            "share_network",
            adopt: { try await shares.shareNetworks(name: ShareNetworkName.of(job.id)).first?.id },
            undo: { id in try await Self.undoing { try await ShareNetworkName.remove(id, shares) } }
        ) {
            try await shares.createShareNetwork(
                network: arguments.networkID,
                subnet: subnet.id,
                name: ShareNetworkName.of(job.id)
            ).id
        }
        let id = try await job.step(
            "share",
            adopt: { try await shares.shares(shareNetworkID: network).first?.id },
            undo: { id in
                try await Self.undoing {
                    try await CloudRemoval.finish("share \(id)") {
                        try await shares.share(id).status
                    } delete: {
                        try await shares.deleteShare(id)
                    }
                }
            }
        ) {
            var request = SharedFileSystem.ShareRequest(
                sizeGiB: arguments.shareSizeInG,
                protocolName: (arguments.shareProto ?? "NFS").uppercased(),
                name: arguments.shareName
            )
            request.description = arguments.shareDesc
            request.shareNetworkID = network
            request.metadata = [Self.jobField: job.id.text]
            return try await shares.createShare(request).id
        }
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        try await news("available", about: [.share(id)], watch, job) { fresh -> Bool? in
            try await Self.isAvailable(id, watch, shares, fresh: fresh) ? true : nil
        }
        try await job.step("access") {
            let allowed = Set(try await shares.accessRules(ofShare: id).map(\.to))
            for subnet in subnets where !allowed.contains(subnet.cidr) {
                _ = try await shares.allowAccess(to: subnet.cidr, toShare: id)
            }
            return NoOutput()
        }
        let reply = try await NasDiskReply(id, session, operators: clouds.operatorSession(beside: session))
        return Self.reply(["nas_disk": reply.json])
    }

    /// A subnet of the network the share is for.
    private struct Subnet: Codable, Sendable {
        let id: String
        let cidr: String
    }

    private static func subnets(of network: String, _ session: CloudSession) async throws -> [Subnet] {
        var inside = Networking.Filter()
        inside.networkID = network
        return try await Networking(session).subnets(inside).map { Subnet(id: $0.id, cidr: $0.cidr) }
    }

    /// Whether the share can be used.
    ///
    /// - Throws: a permanent error with the cloud's reason, for operators, when it never will.
    private static func isAvailable(
        _ id: String,
        _ watch: CloudWatch,
        _ shares: SharedFileSystem,
        fresh: Freshness
    ) async throws -> Bool {
        guard let share = try watch.shares.status(of: id, fresh: fresh) else { return false }
        guard share.status.contains("error") else { return share.status == "available" }
        let messages = try await shares.messages(ofShare: id)
        throw JobError.cloud("share_error", "the cloud could not make the share", Kind.failure, status: 502)
            .telling([
                "status": .string(share.status), "messages": .string(messages.map { "\($0)" }.joined(separator: "; ")),
            ])
    }
}
