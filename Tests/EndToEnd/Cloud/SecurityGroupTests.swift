import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/security-groups`.
@Suite("security groups", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct SecurityGroupTests {
    private static let web: JSON = [
        "direction": "ingress", "protocol": "tcp", "port_range_min": 80, "port_range_max": 81,
        "remote_ip_prefix": "10.0.0.0/8", "rule_desc": "web",
    ]
    private static let names: JSON = [
        "direction": "ingress", "protocol": "udp", "port_range_min": 53, "port_range_max": 53,
    ]

    private static func ids(_ group: JSON?) -> [String] {
        (group?["security_group_rules"]?.array ?? []).compactMap { $0["rule_id"]?.string }
    }

    @Test("made, read, changed and deleted; equal rules stay, what is not given stays")
    func life() async throws {
        try await CloudTenant.with { own in
            let plain = try await own.change("POST", "/security-groups", ["security_group_name": "plain"])
            #expect(Self.ids(plain["security_group"]).count == 2, "the cloud's own rules, which let everything out")

            let body: JSON = [
                "security_group_name": "web", "security_group_desc": "first",
                "security_group_rule_sets": [Self.web, ["direction": "egress", "protocol": "any"]],
            ]
            let made = try await own.change("POST", "/security-groups", body)
            #expect(made.status == 200 && made.code == 200, "\(made)")
            let group = try #require(made["security_group"])
            let id = try #require(group["security_group_id"]?.string)
            #expect(group["security_group_desc"] == "first")
            let rules = group["security_group_rules"]?.array ?? []
            #expect(rules.count == 2, "the cloud's own rules are gone but for the wanted one")
            let rule = try #require(rules.first { $0["direction"] == "ingress" })
            for (name, value) in Self.web.object ?? [:] { #expect(rule[name] == value, "\(name)") }
            #expect(rule["security_group_id"]?.string == id)
            #expect(try await own.get("/security-groups/\(id)").json["security_group"] == group)

            // The same rule in other words stays, the other one goes, a new one comes.
            let same: JSON = [
                "direction": "ingress", "protocol": "6", "port_range_min": 80, "port_range_max": 81,
                "remote_ip_prefix": "10.0.0.0/8",
            ]
            let changed = try await own.change(
                "PUT",
                "/security-groups/\(id)",
                ["security_group_rule_sets": [same, Self.names]]
            )
            let after = try #require(changed["security_group"])
            #expect(after["security_group_name"] == "web" && after["security_group_desc"] == "first")
            #expect(Self.ids(after).count == 2)
            #expect(Self.ids(after).contains(try #require(rule["rule_id"]?.string)))
            let renamed = try await own.change("PUT", "/security-groups/\(id)", ["security_group_name": "new"])
            #expect(renamed["security_group"]?["security_group_name"] == "new")
            #expect(Self.ids(renamed["security_group"]) == Self.ids(after))
            let emptied = try await own.change("PUT", "/security-groups/\(id)", ["security_group_rule_sets": []])
            #expect(emptied["security_group"]?["security_group_rules"] == [])

            for _ in 0..<2 {
                let deleted = try await own.change("DELETE", "/security-groups/\(id)")
                #expect(deleted.status == 200 && deleted["security_group_id"]?.string == id)
            }
            let gone = try await own.get("/security-groups/\(id)")
            #expect(gone.status == 404 && gone.json["code"] == 20002)
            #expect(try await own.securityGroups().count == 1)
        }
    }

    @Test("rules that no cloud takes are refused; a change that fails for good takes back what it did")
    func failing() async throws {
        try await CloudTenant.with { own in
            let bad: [[String: JSON]] = [
                ["direction": "up"], ["protocol": "foo"], ["port_range_min": 82], ["port_range_max": 70_000],
                ["remote_ip_prefix": "10.0.0.1/8"], ["protocol": "any"], ["port_range_max": nil],
            ]
            for change in bad {
                let rule = JSON.object((Self.web.object ?? [:]).merging(change) { $1 })
                let body: JSON = ["security_group_name": "x", "security_group_rule_sets": [rule]]
                let refused = try await own.change("POST", "/security-groups", body)
                #expect(refused.status == 400 && refused.code == 10000 && refused.job == nil, "\(change): \(refused)")
            }
            let made = try await own.change(
                "POST",
                "/security-groups",
                ["security_group_name": "x", "security_group_rule_sets": [Self.web]]
            )
            let group = try #require(made["security_group"])
            let id = try #require(group["security_group_id"]?.string)
            try await own.limit("security_group_rule", to: 0)
            let failed = try await own.change(
                "PUT",
                "/security-groups/\(id)",
                ["security_group_name": "y", "security_group_rule_sets": [Self.names]]
            )
            #expect(failed.status == 403 && failed.code == 20004, "\(failed)")
            let after = try await own.get("/security-groups/\(id)").json["security_group"]
            #expect(after?["security_group_name"] == "x")
            #expect(Self.ids(after) == Self.ids(group))
            let body: JSON = ["security_group_name": "z", "security_group_rule_sets": [Self.names]]
            #expect(try await own.change("POST", "/security-groups", body).status == 403)
            #expect(try await own.securityGroups().count == 1, "nothing is left of the group without rules")
        }
    }

    @Test("many servers get a group and lose it, with a result for each; a group in use is not deleted")
    func operate() async throws {
        try await CloudTenant.with { own in
            let network = try await own.network()
            let server = try await own.server(network: network)
            let made = try await own.change("POST", "/security-groups", ["security_group_name": "x"])
            let id = try #require(made["security_group"]?["security_group_id"]?.string)
            func groups() async throws -> [JSON] {
                let ports = try await own.list(.network, "/ports", "ports").filter { $0["device_id"]?.string == server }
                return ports.first?["security_groups"]?.array ?? []
            }
            for _ in 0..<2 {
                let body: JSON = ["instance_ids": [.string(server), "nobody"], "ops_type": "attach"]
                let done = try await own.change("POST", "/security-groups/\(id)/operate", body)
                #expect(done.status == 200 && done["ops_type"] == "attach", "\(done)")
                #expect(done["operateed_time"]?.string != nil)
                #expect(done["instances"]?.array?.map { $0["code"] } == [200, 20005])
                #expect(try await groups().contains(.string(id)))
            }
            let used = try await own.change("DELETE", "/security-groups/\(id)")
            #expect(used.status == 409 && used.code == 20003, "\(used)")
            for _ in 0..<2 {
                let body: JSON = ["instance_ids": [.string(server)], "ops_type": "detach"]
                #expect(try await own.change("POST", "/security-groups/\(id)/operate", body).status == 200)
                #expect(try await !groups().contains(.string(id)))
            }
            let none = try await own.change(
                "POST",
                "/security-groups/\(id)/operate",
                ["instance_ids": ["nobody"], "ops_type": "attach"]
            )
            #expect(none.status == 404 && none.code == 20005)
            for bad: JSON in [
                ["instance_ids": [], "ops_type": "attach"], ["instance_ids": ["a", "a"], "ops_type": "attach"],
                ["instance_ids": ["a"], "ops_type": "on"], ["instance_ids": ["a/b"], "ops_type": "attach"],
            ] {
                #expect(try await own.change("POST", "/security-groups/\(id)/operate", bad).status == 400)
            }
            #expect(try await own.change("DELETE", "/security-groups/\(id)").status == 200)
        }
    }
}
