import HawserCloud
import HawserCore
import HawserJobs

/// The VPCs of seed 004.
struct VPCService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.changing(
                VPCCreate.self,
                "POST",
                "vpcs",
                "Make a network with a subnet and a router that is connected to it",
                body: [
                    "vpc_name": ["type": "string", "minLength": 1, "maxLength": 248],
                    "vpc_desc": IaaSDialect.note,
                    "region": IaaSDialect.region,
                    "subnet": ["type": "string", "description": "An IPv4 range: 192.168.0.0/24"],
                ],
                required: ["vpc_name", "subnet"],
                reply: Self.reply
            ),
            dialect.reading("vpcs/{id}", "Read a VPC", .networkGet, reply: Self.reply) { session, id, _ in
                ["vpc": try await Networking(session).vpcReply(id)]
            },
            dialect.changing(
                VPCModify.self,
                "PUT",
                "vpcs/{id}",
                "Change name and description of a VPC; what is not given stays",
                id: "vpc_id",
                body: [
                    "vpc_name": ["type": "string", "minLength": 1, "maxLength": 248],
                    "vpc_desc": IaaSDialect.note,
                    "region": IaaSDialect.region,
                ],
                reply: Self.reply
            ),
        ]
    }

    /// The schema of a router within a message.
    static let router: [String: JSON] = [
        "router_id": IaaSDialect.id, "router_name": IaaSDialect.text, "router_created_time": IaaSDialect.time,
        "intfs": [
            "type": "array",
            "items": [
                "type": "object",
                "properties": [
                    "intf_id": IaaSDialect.id, "intf_name": IaaSDialect.text,
                    "intf_ip": ["type": ["string", "null"]], "subnet_id": ["type": ["string", "null"]],
                    "intf_created_time": IaaSDialect.time,
                ],
            ],
        ],
    ]

    private static let reply: [String: JSON] = [
        "vpc": [
            "type": "object",
            "properties": [
                "vpc_id": IaaSDialect.id, "vpc_name": IaaSDialect.text, "vpc_desc": IaaSDialect.text,
                "region": ["type": ["string", "null"]], "vpc_status": IaaSDialect.text,
                "created_time": IaaSDialect.time, "vpc_created_time": IaaSDialect.time,
                "subnet": [
                    "type": "array",
                    "items": [
                        "type": "object",
                        "properties": [
                            "subnet": IaaSDialect.text, "subnet_id": IaaSDialect.id,
                            "subnet_created_time": IaaSDialect.time,
                        ],
                    ],
                ],
                "router": ["type": ["object", "null"], "properties": .object(Self.router)],
            ],
        ]
    ]
}
