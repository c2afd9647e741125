import HawserCloud
import HawserCore
import HawserJobs

/// The firewalls of seed 004, which are FWaaS v2: an extension of Neutron that few clouds have.
///
/// Where a cloud has none, each route says so clearly.
struct FirewallService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.changing(
                FirewallCreate.self,
                "POST",
                "firewalls",
                "Make a firewall with its rules, of which the first that fits decides; what fits none does not pass",
                body: Self.body,
                required: ["firewall_name"],
                reply: Self.reply,
                check: { try await supported(in: $0.region, $1) }
            ),
            dialect.reading(
                "firewalls/{id}",
                "Read a firewall",
                .firewallCreate,
                reply: Self.reply
            ) { session, id, _ in
                try await Self.supported(session)
                return ["firewall": try await Networking(session).firewallReply(id)]
            },
            dialect.changing(
                FirewallUpdate.self,
                "PUT",
                "firewalls/{id}",
                "Change a firewall; rules of a direction are replaced, what is not given stays",
                id: "firewall_id",
                body: Self.body,
                reply: Self.reply,
                check: { try await supported(in: $0.region, $1) }
            ),
            dialect.changing(
                FirewallDelete.self,
                "DELETE",
                "firewalls/{id}",
                "Delete a firewall with its rules; not while it is at a port",
                id: "firewall_id",
                query: ["region"],
                reply: ["firewall_id": IaaSDialect.id, "deleted_time": IaaSDialect.time],
                check: { try await supported(in: $0.region, $1) }
            ),
            dialect.changing(
                FirewallOperate.self,
                "POST",
                "firewalls/{id}/operate",
                "Put a firewall at a port of a router, or take it from there",
                id: "firewall_id",
                body: [
                    "port_id": IaaSDialect.id, "ops_type": FirewallOperate.Operation.schema,
                    "region": IaaSDialect.region,
                ],
                required: ["port_id", "ops_type"],
                reply: [
                    "firewall_id": IaaSDialect.id, "firewall_attached_port_id": IaaSDialect.id,
                    "ops_type": IaaSDialect.text, "operated_time": IaaSDialect.time,
                ],
                check: { try await supported(in: $0.region, $1) }
            ),
        ]
    }

    /// Sees to it that the cloud has firewalls before a change is accepted.
    ///
    /// A cloud that does not answer is no reason to refuse a change: its job looks again.
    private func supported(in region: String?, _ tenant: String) async throws {
        let session = try await dialect.session(of: tenant, region: region)
        do { try await Self.supported(session) } catch is CloudError {}
    }

    private static func supported(_ session: CloudSession) async throws {
        guard try await Networking(session).hasFirewalls() else {
            throw IaaSFailure(.firewallCreate, status: 400, "not supported by this cloud")
        }
    }

    private static let rules: JSON = [
        "type": "array", "items": FirewallRuleSet.schema, "maxItems": .int(Int64(FirewallRuleSet.limit)),
    ]

    private static let body: [String: JSON] = [
        "firewall_name": ["type": "string", "minLength": 1, "maxLength": 255],
        "firewall_desc": ["type": "string", "maxLength": 255],
        "firewall_ingress_policy_rules": rules, "firewall_egress_policy_rules": rules,
        "region": IaaSDialect.region,
    ]

    private static let policy: JSON = [
        "type": ["object", "null"],
        "properties": [
            "firewall_policy_id": IaaSDialect.id, "firewall_policy_name": IaaSDialect.text,
            "firewall_policy_desc": IaaSDialect.text,
            "firewall_policy_rules": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "firewall_rule_id": IaaSDialect.id, "firewall_rule_name": IaaSDialect.text,
                        "firewall_rule_desc": IaaSDialect.text, "firewall_rule_action": IaaSDialect.text,
                        "firewall_rule_protocol": IaaSDialect.text,
                        "firewall_rule_src_ip": ["type": ["string", "null"]],
                        "firewall_rule_src_port": ["type": ["string", "null"]],
                        "firewall_rule_dst_ip": ["type": ["string", "null"]],
                        "firewall_rule_dst_port": ["type": ["string", "null"]],
                    ],
                ],
            ],
        ],
    ]

    private static let reply: [String: JSON] = [
        "firewall": [
            "type": "object",
            "properties": [
                "firewall_id": IaaSDialect.id, "firewall_name": IaaSDialect.text,
                "firewall_desc": IaaSDialect.text, "firewall_attached_port_id": ["type": ["string", "null"]],
                "firewall_status": IaaSDialect.text, "firewall_ingress_policy": policy,
                "firewall_egress_policy": policy, "created_time": IaaSDialect.time,
                "updated_time": IaaSDialect.time,
            ],
        ]
    ]
}
