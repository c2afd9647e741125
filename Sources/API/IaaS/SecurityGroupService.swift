import HawserCloud
import HawserCore
import HawserJobs

/// The security groups of seed 004.
struct SecurityGroupService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.changing(
                SecurityGroupCreate.self,
                "POST",
                "security-groups",
                "Make a security group with its rules; without rules it lets everything out and nothing in",
                body: Self.body,
                required: ["security_group_name"],
                reply: Self.reply
            ),
            dialect.reading(
                "security-groups/{id}",
                "Read a security group",
                .securityGroupGet,
                reply: Self.reply
            ) { session, id, _ in
                ["security_group": try await Networking(session).securityGroupReply(id)]
            },
            dialect.changing(
                SecurityGroupUpdate.self,
                "PUT",
                "security-groups/{id}",
                "Change a security group; rules are replaced, what is not given stays",
                id: "security_group_id",
                body: Self.body,
                reply: Self.reply
            ),
            dialect.changing(
                SecurityGroupDelete.self,
                "DELETE",
                "security-groups/{id}",
                "Delete a security group with its rules",
                id: "security_group_id",
                query: ["region"],
                reply: ["security_group_id": IaaSDialect.id, "deleted_time": IaaSDialect.time]
            ),
            dialect.changing(
                SecurityGroupOperate.self,
                "POST",
                "security-groups/{id}/operate",
                "Give servers a security group, or take it from them",
                id: "security_group_id",
                body: [
                    "instance_ids": [
                        "type": "array", "minItems": 1, "maxItems": .int(Int64(SecurityGroupOperate.limit)),
                        "uniqueItems": true, "items": IaaSDialect.id,
                    ],
                    "ops_type": ["enum": ["attach", "detach"]],
                    "region": IaaSDialect.region,
                ],
                required: ["instance_ids", "ops_type"],
                reply: [
                    "security_group_id": IaaSDialect.id, "ops_type": IaaSDialect.text,
                    "operateed_time": IaaSDialect.time,
                    "instances": [
                        "type": "array",
                        "items": [
                            "type": "object",
                            "properties": [
                                "instance_id": IaaSDialect.id, "code": ["type": "integer"],
                                "msg": IaaSDialect.text,
                            ],
                        ],
                    ],
                ]
            ),
        ]
    }

    private static let body: [String: JSON] = [
        "security_group_name": IaaSDialect.name,
        "security_group_desc": IaaSDialect.note,
        "security_group_rule_sets": ["type": "array", "items": SecurityGroupRuleSet.schema],
        "region": IaaSDialect.region,
    ]

    private static let reply: [String: JSON] = [
        "security_group": [
            "type": "object",
            "properties": [
                "security_group_id": IaaSDialect.id, "security_group_name": IaaSDialect.text,
                "security_group_desc": IaaSDialect.text, "created_time": IaaSDialect.time,
                "updated_time": IaaSDialect.time,
                "security_group_rules": [
                    "type": "array",
                    "items": [
                        "type": "object",
                        "properties": [
                            "rule_id": IaaSDialect.id, "rule_desc": IaaSDialect.text,
                            "direction": IaaSDialect.text, "ethertype": IaaSDialect.text,
                            "protocol": ["type": ["string", "null"]],
                            "port_range_min": ["type": ["integer", "null"]],
                            "port_range_max": ["type": ["integer", "null"]],
                            "remote_ip_prefix": ["type": ["string", "null"]],
                            "remote_group_id": ["type": ["string", "null"]],
                            "security_group_id": IaaSDialect.id, "created_time": IaaSDialect.time,
                            "updated_time": IaaSDialect.time,
                        ],
                    ],
                ],
            ],
        ]
    ]
}
