import HawserCloud
import HawserCore
import Testing

extension CloudTenant {
    /// How many of its own the project has, as the operator sees them: without those that FWaaS v2 makes for every
    /// project.
    func firewallCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for what in ["groups", "policies", "rules"] {
            counts[what] = try await firewallThings(what).filter {
                $0["name"]?.string?.hasPrefix("default") == false
            }.count
        }
        return counts
    }

    /// The project's groups, policies or rules, as the operator sees them.
    func firewallThings(_ what: String) async throws -> [JSON] {
        try await list(.network, "/fwaas/firewall_\(what)", "firewall_\(what)")
    }

    /// Runs a test as a new tenant whose firewalls go before the tenant does, the default one too.
    static func withFirewalls(_ dev: Dev? = nil, _ body: (CloudTenant) async throws -> Void) async throws {
        try await with(dev) { own in
            do {
                try await body(own)
            } catch {
                try? await own.removeFirewalls()
                throw error
            }
            try await own.removeFirewalls()
        }
    }

    private func removeFirewalls() async throws {
        for group in try await firewallThings("groups") {
            let path = "/fwaas/firewall_groups/\(group["id"]?.string ?? "")"
            if group["ports"]?.array?.isEmpty == false {
                let body: JSON = ["firewall_group": ["ports": []]]
                _ = try await admin.send(CloudCall("PUT", .network, path, body: body))
            }
            _ = try await admin.send(CloudCall("DELETE", .network, path))
        }
        for what in ["policies", "rules"] {
            for thing in try await firewallThings(what) {
                let path = "/fwaas/firewall_\(what)/\(thing["id"]?.string ?? "")"
                _ = try await admin.send(CloudCall("DELETE", .network, path))
            }
        }
    }

    /// Makes a firewall of a name and answers the message.
    func firewall(_ name: String? = nil, _ more: [String: JSON] = [:]) async throws -> JSON {
        let body = more.merging(["firewall_name": .string(name ?? mark)]) { given, _ in given }
        let made = try await change("POST", "/firewalls", .object(body))
        guard made.status == 200, let firewall = made["firewall"] else { throw UnexpectedOutcome(outcome: made) }
        return firewall
    }
}
