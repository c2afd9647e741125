import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The firewalls of seed 004, which are FWaaS v2: an extension of Neutron that few clouds have.
///
/// None is made yet: each route says clearly that it is not supported.
struct FirewallService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            refusing("POST", "firewalls", "Make a firewall", .firewallCreate),
            refusing("GET", "firewalls/{id}", "Read a firewall", .firewallCreate),
            refusing("PUT", "firewalls/{id}", "Change a firewall", .firewallUpdate),
            refusing("DELETE", "firewalls/{id}", "Delete a firewall", .firewallDelete),
            refusing("POST", "firewalls/{id}/operate", "Give a port a firewall, or take it", .firewallOperate),
        ]
    }

    private func refusing(_ method: String, _ path: String, _ summary: String, _ code: IaaSCode) -> Endpoint {
        Endpoint(
            method: method,
            template: "\(IaaSDialect.prefix)/\(path)",
            summary: "\(summary): answers 400, for no cloud is supported that has firewalls",
            access: .tenant,
            parameters: path.contains("{id}")
                ? [.cloudID, .region] : [.region],
            answers: [],
            problems: [400, 403, 502]
        ) { request, caller in
            try await dialect.read(caller, region: request.query("region"), code, request) { session in
                let hasFirewalls = try await Networking(session).extensions().contains("fwaas_v2")
                throw IaaSFailure(
                    hasFirewalls ? code : .firewallCreate,
                    status: 400,
                    hasFirewalls ? "firewalls are not supported yet" : "not supported by this cloud"
                )
            }
        }
    }
}
