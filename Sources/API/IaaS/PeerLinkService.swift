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
        let body = IaaSDialect.body(Self.body, required: Self.names)
        return Endpoint(
            method: "POST",
            template: "\(IaaSDialect.prefix)/peer-links/get",
            summary: "Read the connection between two routers",
            access: .tenant,
            body: body,
            answers: [IaaSDialect.read(Self.reply)],
            problems: [400, 403, 404, 413, 415, 502]
        ) { request, caller in
            let given = try await dialect.members(of: request, body).0
            let ids = Self.names.map { given[$0]?.string ?? "" }
            let wrong = ArgumentProblem.peers(zip(Self.names, ids).map { ($0, $1) })
            guard wrong.isEmpty else { throw IaaSFailure(wrong) }
            let link = PeerLink(.init(subnet: ids[0], router: ids[1]), .init(subnet: ids[2], router: ids[3]))
            return try await dialect.read(caller, region: given["region"]?.string, .peerGet, request) { session in
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
