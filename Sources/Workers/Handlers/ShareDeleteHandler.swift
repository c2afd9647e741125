import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Deletes NAS disks, and the share networks that were made for them: once begun, to the end.
public struct ShareDeleteHandler: CloudHandler {
    /// `share.delete`.
    public typealias Kind = ShareDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: ShareDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let shares = SharedFileSystem(session)
        let id = arguments.shareID
        // The undo hangs on what was read before the deletion: nobody else knows of the network afterwards.
        let network: String? = try await job.step(
            "network",
            adopt: { nil },
            undo: { network in
                try await Self.undoing { try await Self.finish(id, network, shares) }
            }
        ) {
            do {
                guard let network = try await shares.share(id).shareNetworkID else { return nil }
                return ShareNetworkName.isOurs(try await shares.shareNetwork(network).name) ? network : nil
            } catch let error as CloudError where error.isNotFound {
                return nil
            }
        }
        try await lasting("delete", "the deletion of the disk", job) {
            do { try await shares.deleteShare(id) } catch let error as CloudError where error.isNotFound {}
            return NoOutput()
        }
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        let deleted: Timestamp = try await news("gone", about: [.share(id)], watch, job) { fresh in
            guard let share = try watch.shares.status(of: id, fresh: fresh) else { return .now }
            guard share.status.contains("error") else { return nil }
            throw JobError.cloud("share_error", "the cloud could not delete the share", Kind.failure, status: 502)
                .telling(["status": .string(share.status)])
        }
        if let network {
            try await job.poll("network_gone", every: 1...15) {
                do {
                    try await ShareNetworkName.remove(network, shares)
                    return NoOutput()
                } catch let error as JobError where error.isRetryable {
                    return nil
                }
            }
        }
        return Self.reply(["share_id": .string(id), "deleted_time": .string(deleted.rfc3339)])
    }
    /// Takes the network of a share away whose deletion has begun.
    private static func finish(_ id: String, _ network: String?, _ shares: SharedFileSystem) async throws {
        do {
            let status = try await shares.share(id).status
            // A share that stays, or cannot be deleted, keeps its network; Manila shows no status for a moment.
            guard status.isEmpty || status == "deleting" else { return }
            throw JobError.retryable("deleting", "share \(id) is still being deleted", after: 2)
        } catch let error as CloudError where error.isNotFound {
            if let network { try await ShareNetworkName.remove(network, shares) }
        }
    }
}
