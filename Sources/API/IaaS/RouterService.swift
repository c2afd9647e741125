import HawserCloud
import HawserCore
import HawserJobs

/// The routers of seed 004, their ways outside and the addresses there.
struct RouterService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] { [read, routes] + gateways + addresses }

    private var read: Endpoint {
        dialect.reading(
            "routers/{id}",
            "Read a router",
            .routerGet,
            reply: [
                "router": [
                    "type": "object",
                    "properties": .object(VPCService.router.merging(["current_routes": Self.routes]) { $1 }),
                ]
            ]
        ) { session, id, _ in
            ["router": try await Networking(session).routerReply(id)]
        }
    }

    private var routes: Endpoint {
        dialect.changing(
            RouterRoutes.self,
            "POST",
            "routers/{id}/routes",
            "Add routes to a router, or remove them; its other routes stay",
            id: "router_id",
            body: ["set_type": ["enum": ["add", "remove"]], "routes": Self.routes, "region": IaaSDialect.region],
            required: ["set_type", "routes"],
            reply: [
                "router_id": IaaSDialect.id, "set_type": IaaSDialect.text, "set_time": IaaSDialect.time,
                "current_routes": Self.routes,
            ]
        )
    }

    private var gateways: [Endpoint] {
        [
            dialect.changing(
                NATGatewayCreate.self,
                "POST",
                "nat-gateways",
                "Give a router a way outside, behind whose address those inside are hidden",
                body: [
                    "router_id": IaaSDialect.id, "external_network_id": IaaSDialect.id, "region": IaaSDialect.region,
                ],
                required: ["router_id", "external_network_id"],
                reply: Self.gateway
            ),
            dialect.reading(
                "nat-gateways/{id}",
                "Read a router's way outside",
                .natGet,
                query: ["router_id"],
                reply: Self.gateway
            ) { session, id, named in
                let admin = Networking(try dialect.clouds().operatorSession(beside: session))
                let router = named["router_id"] ?? ""
                let reply = try await Networking(session).natReply(ofRouter: router, gateway: id, admin: admin)
                guard let reply else { throw IaaSFailure(.natGet, status: 404, "the router has no such gateway") }
                return ["nat_gateway": reply]
            },
            dialect.changing(
                NATGatewayDelete.self,
                "DELETE",
                "nat-gateways/{id}",
                "Take a router's way outside away",
                id: "gateway_id",
                query: ["router_id", "region"],
                reply: [
                    "router_id": IaaSDialect.id, "gateway_id": IaaSDialect.id, "deleted_time": IaaSDialect.time,
                ]
            ),
        ]
    }

    private var addresses: [Endpoint] {
        [
            dialect.changing(
                FloatingIPBind.self,
                "POST",
                "float-ips/bind",
                "Give a server an address outside",
                body: [
                    "instance_id": IaaSDialect.id, "vpc_router_id": IaaSDialect.id, "region": IaaSDialect.region,
                ],
                required: ["instance_id", "vpc_router_id"],
                reply: ["float_ip": IaaSDialect.text, "binded_time": IaaSDialect.time]
            ),
            dialect.changing(
                FloatingIPRevoke.self,
                "POST",
                "float-ips/revoke",
                "Take an address outside from a server and give it back",
                body: ["instance_id": IaaSDialect.id, "float_ip": IaaSDialect.text, "region": IaaSDialect.region],
                required: ["instance_id", "float_ip"],
                reply: ["revoked_time": IaaSDialect.time]
            ),
        ]
    }

    private static let routes: JSON = ["type": "array", "items": RouteSet.schema]

    private static let gateway: [String: JSON] = [
        "nat_gateway": [
            "type": "object",
            "properties": [
                "gateway_id": IaaSDialect.id, "router_id": IaaSDialect.id, "external_network_id": IaaSDialect.id,
                "enable_snat": ["type": "boolean"], "external_fixed_ip": ["type": ["string", "null"]],
                "created_time": IaaSDialect.time,
            ],
        ]
    ]
}
