import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/routers`, `nat-gateways`, `float-ips` and `peer-links`.
@Suite("routers", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct RouterTests {
    @Test("routes are added and removed, and the others stay")
    func routes() async throws {
        try await CloudTenant.with { own in
            let router = try #require(try await own.vpc("10.0.0.0/24")["router"]?["router_id"]?.string)
            let one: JSON = ["destination": "10.1.0.0/16", "nexthop": "10.0.0.9"]
            let two: JSON = ["destination": "10.2.0.0/16", "nexthop": "10.0.0.9"]
            let far: JSON = ["destination": "10.3.0.0/16", "nexthop": "10.9.0.9"]
            func set(_ type: String, _ routes: [JSON]) async throws -> CloudTenant.Outcome {
                try await own.change(
                    "POST",
                    "/routers/\(router)/routes",
                    ["set_type": .string(type), "routes": .array(routes)]
                )
            }
            // At the same time: neither loses the other's.
            async let first = set("add", [one])
            async let second = set("add", [two])
            #expect(try await [first.status, second.status] == [200, 200])
            let read = try await own.get("/routers/\(router)").json["router"]
            #expect(Set(read?["current_routes"]?.array ?? []) == [one, two])
            #expect(read?["intfs"]?.array?.count == 1)
            #expect(read?["router_name"]?.string == "router-\(own.mark)")
            let removed = try await set("remove", [one, far])
            #expect(removed["current_routes"] == [two] && removed["set_type"] == "remove")
            let refused = try await set("add", [far])
            #expect(refused.status == 400 && refused.code == 23005, "\(refused)")
            for bad in [
                ["destination": "10.1.0.0/16", "nexthop": "10.0.0.0/9"], ["destination": "x", "nexthop": "y"],
            ] {
                #expect(try await set("add", [.object(bad.mapValues { .string($0) })]).code == 10000)
            }
            #expect(try await set("put", [one]).code == 10000)
            let missing = try await own.get("/routers/nothing")
            #expect(missing.status == 404 && missing.json["code"] == 23004)
        }
    }

    @Test("a way outside, an address there for a server, and both away again")
    func outside() async throws {
        try await CloudTenant.with { own in
            let vpc = try await own.vpc("10.0.0.0/24")
            let router = try #require(vpc["router"]?["router_id"])
            let id = router.string ?? ""
            let inside = try #require(vpc["vpc_id"])
            try await own.port(ofServer: "server", network: inside.string ?? "")
            let network = try #require(try await Networking(own.admin).networks().first { $0.isExternal }).id
            let bind: JSON = ["instance_id": "server", "vpc_router_id": router]
            let early = try await own.change("POST", "/float-ips/bind", bind)
            #expect(early.status == 409 && early.code == 23006, "\(early)")

            let wrong = try await own.change(
                "POST",
                "/nat-gateways",
                ["router_id": router, "external_network_id": inside]
            )
            #expect(wrong.status == 400 && wrong.code == 30000)
            let body: JSON = ["router_id": router, "external_network_id": .string(network)]
            let made = try await own.change("POST", "/nat-gateways", body)
            let gateway = try #require(made["nat_gateway"])
            let gatewayID = gateway["gateway_id"]?.string ?? ""
            #expect(made.status == 200 && gateway["enable_snat"] == true && gateway["router_id"] == router)
            #expect(gateway["external_fixed_ip"]?.string != nil && gateway["created_time"]?.string != nil)
            #expect(try await own.change("POST", "/nat-gateways", body).status == 409)
            let path = "/nat-gateways/\(gatewayID)?router_id=\(id)"
            #expect(try await own.get(path).json["nat_gateway"] == gateway)
            #expect(try await own.get("/nat-gateways/other?router_id=\(id)").status == 404)
            #expect(try await own.get("/nat-gateways/\(gatewayID)").status == 400)

            let bound = try await own.change("POST", "/float-ips/bind", bind)
            #expect(bound.status == 200 && bound["binded_time"]?.string != nil, "\(bound)")
            let again = try await own.change("POST", "/float-ips/bind", bind)
            #expect(again.status == 409 && again.code == 26000, "the server has one")
            let nobody: JSON = ["instance_id": "nobody", "vpc_router_id": router]
            #expect(try await own.change("POST", "/float-ips/bind", nobody).status == 404)
            #expect(try await own.list(.network, "/floatingips", "floatingips").count == 1)
            let used = try await own.change("DELETE", path)
            #expect(used.status == 409 && used.code == 30001, "\(used)")

            let address = try #require(bound["float_ip"])
            let other: JSON = ["instance_id": "nobody", "float_ip": address]
            #expect(try await own.change("POST", "/float-ips/revoke", other).code == 26002)
            for _ in 0..<2 {
                let revoke: JSON = ["instance_id": "server", "float_ip": address]
                #expect(try await own.change("POST", "/float-ips/revoke", revoke).status == 200)
                #expect(try await own.list(.network, "/floatingips", "floatingips").isEmpty)
            }
            for _ in 0..<2 { #expect(try await own.change("DELETE", path).status == 200) }
            #expect(try await own.get(path).status == 404)
        }
    }

    @Test("two routers are linked, found from either side, and parted; links side by side do not collide")
    func peers() async throws {
        try await CloudTenant.with { own in
            var sides: [(subnet: JSON, router: JSON)] = []
            for index in 0..<3 {
                let vpc = try await own.vpc("10.0.\(index).0/24", name: "\(own.mark)-\(index)")
                sides.append((vpc["subnet"]?[0]?["subnet_id"] ?? .null, vpc["router"]?["router_id"] ?? .null))
            }
            func peers(_ a: Int, _ b: Int) -> JSON {
                [
                    "peer_a_subnetid": sides[a].subnet, "peer_a_routerid": sides[a].router,
                    "peer_b_subnetid": sides[b].subnet, "peer_b_routerid": sides[b].router,
                ]
            }
            let (ends, other, third) = (peers(1, 0), peers(0, 1), peers(0, 2))
            async let first = own.change("POST", "/peer-links", other)
            async let second = own.change("POST", "/peer-links", third)
            let (one, two) = try await (first, second)
            #expect(one.status == 200 && two.status == 200, "\(one) \(two)")
            let addresses = [one, two].flatMap { link in
                ["a", "b"].compactMap { link["link_conf_on_peer_\($0)"]?["intf_ip"]?.string }
            }
            #expect(Set(addresses).count == 4, "router 0 is in both")
            let (a, b) = (one["link_conf_on_peer_a"], one["link_conf_on_peer_b"])
            #expect(a?["route_to_peer"] == ["destination": "10.0.1.0/24", "nexthop": b?["intf_ip"] ?? .null])
            #expect(b?["route_to_peer"] == ["destination": "10.0.0.0/24", "nexthop": a?["intf_ip"] ?? .null])

            let read = try await own.client.post("/iaas/v1/peer-links/get", ends)
            #expect(
                read.status == 200 && read.json["link_conf_on_peer_a"] == b && read.json["link_conf_on_peer_b"] == a
            )
            let again = try await own.change("POST", "/peer-links", ends)
            #expect(again.status == 409 && again.code == 100002)
            let same = try await own.change("POST", "/peer-links", peers(0, 0))
            #expect(same.status == 400 && same.code == 10000)
            for _ in 0..<2 { #expect(try await own.change("POST", "/peer-links/delete", ends).status == 200) }
            #expect(try await own.client.post("/iaas/v1/peer-links/get", ends).json["code"] == 100000)
            #expect(
                try await own.networkCounts() == ["networks": 4, "subnets": 4, "routers": 3, "interfaces": 5],
                "the other link is left"
            )
            #expect(try await own.change("POST", "/peer-links/delete", third).status == 200)
            // A link that cannot be made as a whole leaves nothing.
            try await own.limit("port", to: try await own.list(.network, "/ports", "ports").count + 1)
            let failed = try await own.change("POST", "/peer-links", ends)
            #expect(failed.status == 403 && failed.code == 100002, "\(failed)")
            #expect(
                try await own.networkCounts() == ["networks": 3, "subnets": 3, "routers": 3, "interfaces": 3]
            )
        }
    }
}
