import HawserCloud
import HawserCore
import HawserTestSupport
import Testing

extension NetworkKillTests {
    @Test("a cloud without firewalls: each route says so, and so does a job that was accepted while it did not answer")
    func noFirewalls() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            let none = FaultProxy.Fault.answer(
                200,
                headers: ["Content-Type: application/json"],
                body: #"{"extensions": []}"#
            )
            let change: JSON = ["firewall_name": "x"]
            let operate: JSON = ["port_id": "p", "ops_type": "attach"]
            let routes: [(String, String, JSON?)] = [
                ("POST", "/firewalls", change), ("GET", "/firewalls/f", nil), ("PUT", "/firewalls/f", change),
                ("DELETE", "/firewalls/f", nil), ("POST", "/firewalls/f/operate", operate),
            ]
            for (method, path, body) in routes {
                network.proxy.fail(none) { $0.path.hasSuffix("/extensions") }
                let refused = try await own.change(method, path, body)
                #expect(refused.status == 400, "\(method) \(path): \(refused)")
                #expect(refused.code == 101000)
                #expect(refused["msg"]?.string?.hasSuffix("not supported by this cloud") == true)
                #expect(refused.job == nil)
            }
            network.proxy.fail(.answer(503)) { $0.path.hasSuffix("/extensions") }
            network.proxy.fail(none) { $0.path.hasSuffix("/extensions") }
            let failed = try await own.change("POST", "/firewalls", change)
            #expect(failed.status == 400 && failed.code == 101000 && failed.job != nil, "\(failed)")
        }
    }

    /// Changes of firewalls whose worker is killed at a request, or which are cancelled.
    @Suite("firewalls", .enabled(FirewallCloud.reason) { try await FirewallCloud.isThere() })
    struct Firewalls {
        private typealias Point = NetworkDev.Point

        private static let rule: JSON = ["firewall_rule_action": "allow"]

        private static func body(_ name: String) -> JSON {
            [
                "firewall_name": .string(name), "firewall_ingress_policy_rules": [rule, rule],
                "firewall_egress_policy_rules": [rule],
            ]
        }

        @Test("a worker killed at the requests that make firewalls: one of each is made")
        func made() async throws {
            let network = try await NetworkDev.shared.value
            try await CloudTenant.withFirewalls(network.dev) { own in
                let points = ["rules", "policies", "groups"].flatMap { what in
                    [true, false].map { Point(method: "POST", path: "firewall_\(what)", isReached: $0) }
                }
                let jobs = try await network.killing(points) {
                    var jobs: [String] = []
                    for index in points.indices {
                        jobs.append(try await own.submit("POST", "/firewalls", Self.body("\(own.mark)-\(index)")))
                    }
                    return jobs
                }
                for job in jobs {
                    let outcome = try await own.outcome(of: job)
                    #expect(outcome.status == 200, "\(outcome)")
                    #expect(outcome["firewall"]?["firewall_desc"] == "")
                }
                let count = points.count
                #expect(
                    try await own.firewallCounts() == ["groups": count, "policies": 2 * count, "rules": 3 * count]
                )
            }
        }

        @Test("a firewall cancelled in the middle of a request leaves nothing, whether the cloud carried it out or not")
        func cancelled() async throws {
            let network = try await NetworkDev.shared.value
            try await CloudTenant.withFirewalls(network.dev) { own in
                let points = ["rules", "policies", "groups"].flatMap { what in
                    [true, false].map { Point(method: "POST", path: "firewall_\(what)", isReached: $0) }
                }
                let jobs = try await network.holding(points) {
                    var jobs: [String] = []
                    for index in points.indices {
                        jobs.append(try await own.submit("POST", "/firewalls", Self.body("\(own.mark)-\(index)")))
                    }
                    return jobs
                } then: { jobs in
                    for job in jobs { _ = try await own.client.post("/v1/jobs/\(job)/cancel") }
                    // What is under way is carried through: it must not be cut off.
                    network.proxy.release()
                }
                for job in jobs { #expect(try await own.tenant.finished(job)["state"] == "cancelled") }
                #expect(try await own.firewallCounts() == ["groups": 0, "policies": 0, "rules": 0])
            }
        }

        @Test("a worker killed while it changes and deletes firewalls: the new rules hold, the old ones are gone")
        func changed() async throws {
            let network = try await NetworkDev.shared.value
            try await CloudTenant.withFirewalls(network.dev) { own in
                var ids: [String] = []
                for index in 0..<5 {
                    let made = try await own.change("POST", "/firewalls", Self.body("\(own.mark)-\(index)"))
                    ids.append(try #require(made["firewall"]?["firewall_id"]?.string, "\(made)"))
                }
                let points = [
                    Point(method: "POST", path: "firewall_rules", isReached: true),
                    Point(method: "PUT", path: "firewall_groups", isReached: true),
                    Point(method: "DELETE", path: "firewall_policies", isReached: true),
                    Point(method: "DELETE", path: "firewall_groups", isReached: true),
                    Point(method: "DELETE", path: "firewall_rules", isReached: false),
                ]
                let change: JSON = ["firewall_ingress_policy_rules": [["firewall_rule_action": "deny"]]]
                let jobs = try await network.killing(points) {
                    var jobs: [String] = []
                    for id in ids.prefix(3) { jobs.append(try await own.submit("PUT", "/firewalls/\(id)", change)) }
                    for id in ids.suffix(2) { jobs.append(try await own.submit("DELETE", "/firewalls/\(id)")) }
                    return jobs
                }
                for job in jobs {
                    let outcome = try await own.outcome(of: job)
                    #expect(outcome.status == 200, "\(outcome)")
                }
                for id in ids.prefix(3) {
                    let firewall = try await own.get("/firewalls/\(id)").json["firewall"]
                    let rules = firewall?["firewall_ingress_policy"]?["firewall_policy_rules"]?.array ?? []
                    #expect(rules.map { $0["firewall_rule_action"] } == ["deny"])
                }
                #expect(try await own.firewallCounts() == ["groups": 3, "policies": 6, "rules": 6])
            }
        }
    }
}
