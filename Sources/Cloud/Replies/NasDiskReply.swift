public import HawserCore

/// A NAS disk as seed 004 shows it: `NasDisk`, read back from the cloud.
public struct NasDiskReply: Sendable {
    private let share: SharedFileSystem.Share
    private let exports: [SharedFileSystem.ExportLocation]
    private let network: SharedFileSystem.ShareNetwork?
    private let region: String?
    private let server: SharedFileSystem.ShareServer?

    /// Reads a share with all that belongs to it.
    ///
    /// - Parameters:
    ///   - id: the share.
    ///   - session: that of its tenant.
    ///   - operators: that of the operator, who alone sees share servers.
    /// - Throws: `CloudError`.
    public init(_ id: String, _ session: CloudSession, operators: CloudSession) async throws {
        let client = SharedFileSystem(session)
        // As the tenant first: it decides whose shares are told.
        share = try await client.share(id)
        region = session.settings.region
        async let exports = client.exportLocations(ofShare: id)
        if let networkID = share.shareNetworkID {
            async let network = client.shareNetwork(networkID)
            async let seen = SharedFileSystem(operators).share(id)
            let servers = try await SharedFileSystem(operators).shareServers(ofShareNetwork: networkID)
            let serverID = try await seen.shareServerID
            server = servers.first { $0.id == serverID }
            self.network = try await network
        } else {
            network = nil
            server = nil
        }
        self.exports = try await exports
    }

    /// The message.
    public var json: JSON {
        [
            "share_id": .string(share.id), "share_name": .string(share.name), "share_desc": .string(share.description),
            "share_proto": .string(share.protocolName), "share_size_in_g": .int(Int64(share.sizeGiB)),
            "region": .string(region ?? ""), "network_id": .string(network?.networkIDs.first ?? ""),
            "share_status": .string(share.status),
            "share_progress": .string(share.status == "available" ? "100%" : ""),
            "share_server_id": .string(server?.id ?? ""), "share_server_host": .string(server?.host ?? ""),
            "share_network_id": .string(share.shareNetworkID ?? ""),
            "mount_point": .string(exports.first?.path ?? ""),
            "created_time": share.createdAt.map { .string($0.rfc3339) } ?? .null,
            // Manila tells no time of the last change.
            "updated_time": nil,
        ]
    }
}
