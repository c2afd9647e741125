import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The NAS disks of seed 004: `/iaas/v1/nas-disks`.
struct NasDiskService: Sendable {
    let backend: Backend

    private var dialect: IaaSDialect { IaaSDialect(backend: backend) }

    var endpoints: [Endpoint] { [create, show, delete, clients] }

    private static let template = "\(IaaSDialect.prefix)/nas-disks"
    private static let id = Endpoint.Parameter(name: "id", place: .path, help: "The share's id")
    private static let region = Endpoint.Parameter(
        name: "region",
        place: .query,
        help: "The region; without it the cloud's first"
    )
    /// The protocols that Manila knows (its constant `SUPPORTED_SHARE_PROTOCOLS`).
    private static let protocols = ["NFS", "CIFS", "GLUSTERFS", "HDFS", "CEPHFS", "MAPRFS"]

    private var create: Endpoint {
        Endpoint(
            method: "POST",
            template: Self.template,
            summary: "Make a NAS disk on a network",
            access: .tenant,
            parameters: [.prefer],
            body: .init(type: "application/json", schema: Self.schema),
            answers: IaaSDialect.changed(["type": "object", "properties": ["nas_disk": ["type": "object"]]]),
            problems: [400, 403, 404, 409, 413, 415, 502]
        ) { request, caller in
            let tenant = try caller.tenantID()
            _ = try dialect.clouds()
            var fields = FieldReader(try await request.json(upTo: backend.configuration.maxBodyBytes))
            let name = fields.value("share_name", "a text of 1 to 255 characters", required: true) { json in
                json.string.flatMap { (1...255).contains($0.count) ? $0 : nil }
            }
            let text = fields.value("share_desc", "a text of at most 255 characters") { json in
                json.string.flatMap { $0.count <= 255 ? $0 : nil }
            }
            let proto = fields.value("share_proto", "one of \(Self.protocols.joined(separator: ", "))") { json in
                json.string.map { $0.uppercased() }.flatMap { Self.protocols.contains($0) ? $0 : nil }
            }
            let size = fields.value("share_size_in_g", "a whole number of GiB from 1 to 1048576", required: true) {
                json in json.int.flatMap { (1...1_048_576).contains($0) ? Int($0) : nil }
            }
            let region = fields.value("region", "the name of a region") { $0.string }
            let network = fields.value("network_id", "the id of a network", required: true) { json in
                json.string.flatMap { CloudID.isValid($0) ? $0 : nil }
            }
            fields.refuseOthers()
            guard fields.errors.isEmpty, let name, let size, let network else {
                throw Problem.invalid(fields.errors)
            }
            return try await IaaSChange(backend: backend).accept(
                ShareCreate.self,
                .init(
                    shareName: name,
                    shareDesc: text,
                    shareProto: proto ?? "NFS",
                    shareSizeInG: size,
                    region: region,
                    networkID: network
                ),
                tenant: tenant,
                request
            )
        }
    }

    private static let schema: JSON = [
        "type": "object", "required": ["share_name", "share_size_in_g", "network_id"], "additionalProperties": false,
        "properties": [
            "share_name": ["type": "string", "minLength": 1, "maxLength": 255],
            "share_desc": ["type": "string", "maxLength": 255],
            "share_proto": ["type": "string", "default": "NFS"],
            "share_size_in_g": ["type": "integer", "minimum": 1, "maximum": 1_048_576],
            "region": ["type": "string"],
            "network_id": ["type": "string"],
        ],
    ]

    private var show: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(Self.template)/{id}",
            summary: "Look at a NAS disk",
            access: .tenant,
            parameters: [Self.id, Self.region],
            answers: [.init(status: 200, help: "The NAS disk", schema: ["type": "object"])],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try CloudID.inPath(request)
            let region = request.query("region")
            return try await dialect.read(caller, region: region, .shareGet, request) { session in
                let operators = try dialect.clouds().operatorSession(region: region)
                return ["nas_disk": try await NasDiskReply(id, session, operators: operators).json]
            }
        }
    }

    private var delete: Endpoint {
        Endpoint(
            method: "DELETE",
            template: "\(Self.template)/{id}",
            summary: "Delete a NAS disk and what was made for it",
            access: .tenant,
            parameters: [Self.id, Self.region, .prefer],
            answers: IaaSDialect.changed(["type": "object", "properties": ["share_id": ["type": "string"]]]),
            problems: [400, 403, 404, 409, 502]
        ) { request, caller in
            let tenant = try caller.tenantID()
            _ = try dialect.clouds()
            let arguments = ShareDelete.Arguments(
                shareID: try CloudID.inPath(request),
                region: request.query("region")
            )
            return try await IaaSChange(backend: backend).accept(ShareDelete.self, arguments, tenant: tenant, request)
        }
    }

    private var clients: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(Self.template)/{id}/mount-clients",
            summary: "Which instances may mount a NAS disk: those with an address that its access rules let in",
            access: .tenant,
            parameters: [Self.id, Self.region],
            answers: [
                .init(
                    status: 200,
                    help: "The instances",
                    schema: [
                        "type": "object",
                        "properties": ["instance_id": ["type": "array", "items": ["type": "string"]]],
                    ]
                )
            ],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try CloudID.inPath(request)
            return try await dialect.read(caller, region: request.query("region"), .shareGet, request) { session in
                ["instance_id": .array(try await Self.instances(id, session).map { .string($0) })]
            }
        }
    }

    /// The instances whose ports on the share's network have an address that a rule lets in.
    private static func instances(_ id: String, _ session: CloudSession) async throws -> [String] {
        let shares = SharedFileSystem(session)
        let share = try await shares.share(id)
        guard let network = share.shareNetworkID else { return [] }
        let ranges = try await shares.accessRules(ofShare: id).filter { $0.type == "ip" }
            .compactMap { AddressRange($0.to) }
        var found: Set<String> = []
        for networkID in Set(try await shares.shareNetwork(network).networkIDs) {
            var onNetwork = Networking.Filter()
            onNetwork.networkID = networkID
            let ports = try await Networking(session).ports(onNetwork)
            for port in ports where port.deviceOwner.hasPrefix("compute:") {
                let isIn = port.addresses.contains { address in
                    // An address alone reads as a range of one.
                    AddressRange(address.address).map { one in ranges.contains { $0.contains(one.bytes) } } ?? false
                }
                if isIn { found.insert(port.deviceID) }
            }
        }
        return found.sorted()
    }
}
