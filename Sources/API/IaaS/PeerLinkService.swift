import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

/// The peer links of seed 004, which have no id of their own: the two sides name one.
struct PeerLinkService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.changing(
                PeerLinkCreate.self,
                "POST",
                "peer-links",
                "Connect two routers, so that a subnet of each reaches the other's",
                body: Self.body,
                required: Self.names,
                reply: Self.reply
            ),
            read,
            dialect.changing(
                PeerLinkDelete.self,
                "POST",
                "peer-links/delete",
                "Take the connection between two routers away",
                body: Self.body,
                required: Self.names,
                reply: Dictionary(uniqueKeysWithValues: Self.names.map { ($0, IaaSDialect.id) })
                    .merging(["deleted_time": IaaSDialect.time]) { $1 }
            ),
        ]
    }

    private var read: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(IaaSDialect.prefix)/peer-links/get",
            summary: "Read the connection between two routers",
            access: .tenant,
            body: .init(
                type: "application/json",
                schema: [
                    "type": "object", "required": .array(Self.names.map { .string($0) }),
                    "additionalProperties": false, "properties": .object(Self.body),
                ]
            ),
            answers: [
                .init(status: 200, help: "As it is in the cloud now", schema: IaaSDialect.message(Self.reply))
            ],
            problems: [400, 403, 404, 413, 415, 502]
        ) { request, caller in
            let json = try await request.json(upTo: dialect.backend.configuration.maxBodyBytes)
            var fields = FieldReader(json)
            let ids = Self.names.map { name in
                fields.value(name, "an id", required: true) { $0.string } ?? ""
            }
            let region = fields.value("region", "a region") { $0.string }
            fields.refuseOthers()
            var errors = fields.errors
            if errors.isEmpty {
                let wrong = ArgumentProblem.peers(zip(Self.names, ids).map { ($0, $1) })
                errors = wrong.map { .init(field: $0.field, message: $0.message) }
            }
            guard errors.isEmpty else { throw Problem.invalid(errors) }
            let link = PeerLink(.init(subnet: ids[0], router: ids[1]), .init(subnet: ids[2], router: ids[3]))
            return try await dialect.read(caller, region: region, .peerGet, request) { session in
                guard let reply = try await Networking(session).peerLinkReply(link) else {
                    throw IaaSFailure(.peerGet, status: 404, "there is no such peer link")
                }
                return reply
            }
        }
    }

    private static let names = ["peer_a_subnetid", "peer_a_routerid", "peer_b_subnetid", "peer_b_routerid"]

    private static let body: [String: JSON] = Dictionary(uniqueKeysWithValues: names.map { ($0, IaaSDialect.id) })
        .merging(["region": IaaSDialect.region]) { $1 }

    private static let side: JSON = [
        "type": "object",
        "properties": [
            "intf_id": ["type": ["string", "null"]], "intf_ip": ["type": ["string", "null"]],
            "route_to_peer": [
                "type": ["object", "null"],
                "properties": ["destination": IaaSDialect.text, "nexthop": IaaSDialect.text],
            ],
            "created_time": IaaSDialect.time,
        ],
    ]

    private static let reply: [String: JSON] = ["link_conf_on_peer_a": side, "link_conf_on_peer_b": side]
}
