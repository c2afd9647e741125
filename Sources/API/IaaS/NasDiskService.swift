import HawserCloud
import HawserCore
import HawserJobs

/// The NAS disks of seed 004.
struct NasDiskService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.changing(
                ShareCreate.self,
                "POST",
                "nas-disks",
                "Make a NAS disk on a network, for all that is connected to it",
                body: [
                    "share_name": IaaSDialect.name,
                    "share_desc": IaaSDialect.note,
                    "share_proto": ["enum": .array(ShareCreate.protocols.map { .string($0) }), "default": "NFS"],
                    "share_size_in_g": [
                        "type": "integer", "minimum": .int(Int64(CloudDiskConf.sizes.lowerBound)),
                        "maximum": .int(Int64(CloudDiskConf.sizes.upperBound)),
                    ],
                    "region": IaaSDialect.region,
                    "network_id": IaaSDialect.id,
                ],
                required: ["share_name", "share_size_in_g", "network_id"],
                reply: Self.reply
            ),
            dialect.reading("nas-disks/{id}", "Read a NAS disk", .shareGet, reply: Self.reply) { session, id, _ in
                let operators = try dialect.clouds().operatorSession(beside: session)
                return ["nas_disk": try await NasDiskReply(id, session, operators: operators).json]
            },
            dialect.changing(
                ShareDelete.self,
                "DELETE",
                "nas-disks/{id}",
                "Delete a NAS disk and what was made for it",
                id: "share_id",
                query: ["region"],
                reply: ["share_id": IaaSDialect.id, "deleted_time": IaaSDialect.time]
            ),
            dialect.reading(
                "nas-disks/{id}/mount-clients",
                "Which instances may mount a NAS disk: those with an address that its access rules let in",
                .shareGet,
                reply: ["instance_id": ["type": "array", "items": IaaSDialect.id]]
            ) { session, id, _ in
                ["instance_id": .array(try await Self.instances(id, session).map { .string($0) })]
            },
        ]
    }

    private static let reply: [String: JSON] = [
        "nas_disk": [
            "type": "object",
            "properties": [
                "share_id": IaaSDialect.id, "share_name": IaaSDialect.text, "share_desc": IaaSDialect.text,
                "share_proto": IaaSDialect.text, "share_size_in_g": ["type": "integer"],
                "region": IaaSDialect.text, "network_id": IaaSDialect.text, "share_status": IaaSDialect.text,
                "share_progress": IaaSDialect.text, "share_server_id": IaaSDialect.text,
                "share_server_host": IaaSDialect.text, "share_network_id": IaaSDialect.text,
                "mount_point": IaaSDialect.text, "created_time": IaaSDialect.time, "updated_time": IaaSDialect.time,
            ],
        ]
    ]

    /// The instances whose ports on the share's network have an address that a rule lets in.
    private static func instances(_ id: String, _ session: CloudSession) async throws -> [String] {
        let shares = SharedFileSystem(session)
        guard let network = try await shares.share(id).shareNetworkID else { return [] }
        let ranges = try await shares.accessRules(ofShare: id).filter { $0.type == "ip" }
            .compactMap { AddressRange($0.to) }
        var found: Set<String> = []
        for networkID in Set(try await shares.shareNetwork(network).networkIDs) {
            var onNetwork = Networking.Filter()
            onNetwork.networkID = networkID
            for port in try await Networking(session).ports(onNetwork) where port.deviceOwner.hasPrefix("compute:") {
                // An address alone reads as a range of one.
                let addresses = port.addresses.compactMap { AddressRange($0.address)?.bytes }
                if addresses.contains(where: { one in ranges.contains { $0.contains(one) } }) {
                    found.insert(port.deviceID)
                }
            }
        }
        return found.sorted()
    }
}
