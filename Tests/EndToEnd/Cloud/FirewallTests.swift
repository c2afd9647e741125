import Foundation
import HawserCloud
import HawserCore
import HawserTestSupport
import Testing

/// Whether the cloud that tests run against has firewalls; said aloud once when it has none.
enum FirewallCloud {
    static let reason: Comment = "the cloud has no firewalls: the extension fwaas_v2"
    private static let answer = Task { () -> Bool in
        guard CloudDev.isThere else { return false }
        let isThere = try await Networking(try await CloudDev.admin.value).hasFirewalls()
        if !isThere {
            let text = "\n*** the cloud has no firewalls: their tests are SKIPPED ***\n\n"
            FileHandle.standardError.write(Data(text.utf8))
        }
        return isThere
    }

    static func isThere() async throws -> Bool { try await answer.value }
}

/// Firewalls through the REST API, on a real cloud.
@Suite(
    "firewalls",
    .enabled(if: CloudDev.isThere, CloudDev.reason),
    .enabled(FirewallCloud.reason) { try await FirewallCloud.isThere() },
    .timeLimit(.minutes(15))
)
struct FirewallTests {
    private static let web: JSON = [
        "firewall_rule_desc": "web", "firewall_rule_action": "allow", "firewall_rule_protocol": "tcp",
        "firewall_rule_src_ip": "10.0.0.0/8", "firewall_rule_src_port": "", "firewall_rule_dst_ip": "10.9.0.4",
        "firewall_rule_dst_port": "80:90",
    ]
    private static let ping: JSON = ["firewall_rule_action": "REJECT", "firewall_rule_protocol": "icmp"]
    private static let all: JSON = ["firewall_rule_action": "allow"]

    private static func actions(_ firewall: JSON?, _ direction: String) -> [String] {
        let rules = firewall?["firewall_\(direction)_policy"]?["firewall_policy_rules"]?.array ?? []
        return rules.compactMap { $0["firewall_rule_action"]?.string }
    }

    @Test("a firewall's life: made, read, changed, at a port, from it, deleted; nothing is left")
    func life() async throws {
        try await CloudTenant.withFirewalls { own in
            let rules: JSON = ["first": [Self.web, Self.ping, Self.all]]
            let made = try await own.firewall(
                nil,
                [
                    "firewall_desc": "mine", "firewall_ingress_policy_rules": rules["first"] ?? .null,
                    "firewall_egress_policy_rules": [Self.all],
                ]
            )
            let id = try #require(made["firewall_id"]?.string)
            #expect(made["firewall_name"]?.string == own.mark)
            #expect(made["firewall_desc"] == "mine")
            #expect(made["firewall_status"] == "INACTIVE")
            #expect(made["firewall_attached_port_id"] == .null)
            #expect(Self.actions(made, "ingress") == ["allow", "reject", "allow"], "their order is kept")
            #expect(Self.actions(made, "egress") == ["allow"])
            let first = made["firewall_ingress_policy"]?["firewall_policy_rules"]?[0]
            #expect(first?["firewall_rule_desc"] == "web")
            #expect(first?["firewall_rule_protocol"] == "tcp")
            #expect(first?["firewall_rule_src_ip"] == "10.0.0.0/8")
            #expect(first?["firewall_rule_src_port"] == .null)
            #expect(first?["firewall_rule_dst_ip"] == "10.9.0.4")
            #expect(first?["firewall_rule_dst_port"] == "80:90")
            #expect(try await own.get("/firewalls/\(id)").json["firewall"] == made)
            #expect(try await own.firewallCounts() == ["groups": 1, "policies": 2, "rules": 4])

            let vpc = try await own.vpc("10.9.0.0/24")
            let router = try #require(vpc["router"]?["router_id"]?.string)
            let port = try #require(
                try await own.interfaces().first { $0["device_id"]?.string == router }?["id"]?.string
            )
            let attach: JSON = ["port_id": .string(port), "ops_type": "attach"]
            for _ in 0..<2 {
                let attached = try await own.change("POST", "/firewalls/\(id)/operate", attach)
                #expect(attached.status == 200, "\(attached)")
                #expect(attached["firewall_attached_port_id"]?.string == port)
                #expect(attached["ops_type"] == "attach")
            }
            let active = try await own.get("/firewalls/\(id)").json["firewall"]
            #expect(active?["firewall_status"] == "ACTIVE")
            #expect(active?["firewall_attached_port_id"]?.string == port)

            // While it is at work: other rules for what comes in, the others stay.
            let change: JSON = ["firewall_ingress_policy_rules": [Self.ping], "firewall_desc": "new"]
            let changed = try await own.change("PUT", "/firewalls/\(id)", change)
            #expect(changed.status == 200, "\(changed)")
            #expect(Self.actions(changed["firewall"], "ingress") == ["reject"])
            #expect(changed["firewall"]?["firewall_egress_policy"] == made["firewall_egress_policy"])
            #expect(changed["firewall"]?["firewall_name"]?.string == own.mark)
            #expect(changed["firewall"]?["firewall_desc"] == "new")
            #expect(changed["firewall"]?["firewall_status"] == "ACTIVE")
            #expect(changed["firewall"]?["firewall_attached_port_id"]?.string == port)
            #expect(
                try await own.firewallCounts() == ["groups": 1, "policies": 2, "rules": 2],
                "the old rules are gone"
            )

            let bound = try await own.change("DELETE", "/firewalls/\(id)")
            #expect(bound.status == 409)
            #expect(bound.code == 101001)
            let detach: JSON = ["port_id": .string(port), "ops_type": "detach"]
            #expect(try await own.change("POST", "/firewalls/\(id)/operate", detach).status == 200)
            #expect(try await own.get("/firewalls/\(id)").json["firewall"]?["firewall_status"] == "INACTIVE")
            let deleted = try await own.change("DELETE", "/firewalls/\(id)")
            #expect(deleted.status == 200, "\(deleted)")
            #expect(deleted["firewall_id"]?.string == id)
            #expect(try await own.firewallCounts() == ["groups": 0, "policies": 0, "rules": 0])
            let gone = try await own.get("/firewalls/\(id)")
            #expect(gone.status == 404)
            #expect(gone.json["code"] == 101000)
        }
    }

    @Test("a firewall is at one port, a port has one firewall, and only ports of the tenant's routers have any")
    func ports() async throws {
        try await CloudTenant.withFirewalls { own in
            let vpc = try await own.vpc("10.9.0.0/24")
            let network = try #require(vpc["vpc_id"]?.string)
            let port = try #require(try await own.interfaces().first?["id"]?.string)
            try await own.port(ofServer: "server", network: network)
            let other = try #require(
                try await own.list(.network, "/ports", "ports").first { $0["device_id"] == "server" }?["id"]?.string
            )
            var ids: [String] = []
            for _ in 0..<2 { ids.append(try #require(try await own.firewall()["firewall_id"]?.string)) }
            func operate(_ id: String, _ port: String, _ type: String) async throws -> CloudTenant.Outcome {
                let body: JSON = ["port_id": .string(port), "ops_type": .string(type)]
                return try await own.change("POST", "/firewalls/\(id)/operate", body)
            }
            let unfit = try await operate(ids[0], other, "attach")
            #expect(unfit.status == 400 && unfit.code == 101004, "\(unfit)")
            #expect(try await operate(ids[0], port, "attach").status == 200)
            for (id, port, type) in [(ids[1], port, "attach"), (ids[0], other, "attach"), (ids[0], other, "detach")] {
                let refused = try await operate(id, port, type)
                #expect(refused.status == 409 && refused.code == 101001, "\(refused)")
            }
            let nowhere = try await operate(ids[1], "8a5ff3ba-3f2a-4d2c-8e77-1d3b4f4b0a11", "attach")
            #expect(nowhere.status == 404, "\(nowhere)")
            #expect(try await operate(ids[0], port, "detach").status == 200)
            #expect(try await operate(ids[0], port, "detach").status == 200, "it is so already")
            for id in ids { #expect(try await own.change("DELETE", "/firewalls/\(id)").status == 200) }
        }
    }

    @Test("what is wrong is named before there is a job; what is somebody else's is not there")
    func refused() async throws {
        try await CloudTenant.withFirewalls { own in
            let wrong = try await own.change(
                "POST",
                "/firewalls",
                ["firewall_name": "x", "firewall_ingress_policy_rules": [["firewall_rule_action": "drop"]]]
            )
            #expect(wrong.status == 400 && wrong.code == 10000)
            #expect(wrong["msg"]?.string?.contains("firewall_ingress_policy_rules[0].firewall_rule_action") == true)
            let nowhere = try await own.change("POST", "/firewalls", ["firewall_name": "x", "region": "Nowhere"])
            #expect(nowhere.status == 400 && nowhere.code == 10000)
            let id = try #require(try await own.firewall()["firewall_id"]?.string)
            try await CloudTenant.withFirewalls { other in
                #expect(try await other.get("/firewalls/\(id)").status == 404)
                let renamed = try await other.change("PUT", "/firewalls/\(id)", ["firewall_name": "mine"])
                #expect(renamed.status == 404 && renamed.code == 101003, "\(renamed)")
                #expect(try await other.change("DELETE", "/firewalls/\(id)").status == 404)
            }
            #expect(try await own.change("DELETE", "/firewalls/\(id)").status == 200)
        }
    }

    @Test("a quota in the middle of the rules fails with its class, and leaves nothing")
    func quota() async throws {
        try await CloudTenant.withFirewalls { own in
            // The first firewall of a project has the default one made, with four rules.
            let kept = try #require(try await own.firewall()["firewall_id"]?.string)
            try await own.limit("firewall_rule", to: 6)
            let body: JSON = [
                "firewall_name": .string(own.mark),
                "firewall_ingress_policy_rules": [Self.all, Self.all, Self.ping],
            ]
            let failed = try await own.change("POST", "/firewalls", body)
            #expect(failed.status == 403 && failed.code == 101000, "\(failed)")
            let update: JSON = ["firewall_egress_policy_rules": [Self.all, Self.all, Self.ping]]
            let unchanged = try await own.change("PUT", "/firewalls/\(kept)", update)
            #expect(unchanged.status == 403 && unchanged.code == 101003, "\(unchanged)")
            #expect(try await own.firewallCounts() == ["groups": 1, "policies": 2, "rules": 0])
        }
    }

    @Test("what the cloud cannot apply fails, and the firewall is as before")
    func fault() async throws {
        try await CloudTenant.withFirewalls { own in
            _ = try await own.vpc("10.9.0.0/24")
            let port = try #require(try await own.interfaces().first?["id"]?.string)
            let id = try #require(try await own.firewall()["firewall_id"]?.string)
            let attach: JSON = ["port_id": .string(port), "ops_type": "attach"]
            let failed = try await CloudDev.with(fault: "firewall.apply", match: own.mark, fail: "no", times: 1) {
                try await own.change("POST", "/firewalls/\(id)/operate", attach)
            }
            #expect(failed.status == 502 && failed.code == 101004, "\(failed)")
            let after = try await own.get("/firewalls/\(id)").json["firewall"]
            #expect(after?["firewall_attached_port_id"] == .null)
            #expect(try await own.change("POST", "/firewalls/\(id)/operate", attach).status == 200)
        }
    }
}
