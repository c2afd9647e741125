import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/vpcs`.
@Suite("VPCs", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct VPCTests {
    private static let none = ["networks": 0, "subnets": 0, "routers": 0, "interfaces": 0]

    @Test("a VPC is a network, a subnet and a router between; what is not given stays when it changes")
    func life() async throws {
        try await CloudTenant.with { own in
            let body: JSON = [
                "vpc_name": .string(own.mark), "vpc_desc": "first", "region": "RegionOne", "subnet": "10.1.2.0/28",
            ]
            let made = try await own.change("POST", "/vpcs", body)
            #expect(made.status == 200 && made.code == 200, "\(made)")
            let vpc = try #require(made["vpc"])
            let id = try #require(vpc["vpc_id"]?.string)
            #expect(vpc["vpc_desc"] == "first")
            #expect(vpc["region"] == "RegionOne")
            #expect(vpc["vpc_status"] == "ACTIVE")
            #expect(vpc["router"]?["router_name"]?.string == "router-\(own.mark)")
            #expect(vpc["router"]?["intfs"]?[0]?["intf_ip"] == "10.1.2.1")
            #expect(vpc["router"]?["intfs"]?[0]?["subnet_id"] == vpc["subnet"]?[0]?["subnet_id"])
            #expect(
                try await own.networkCounts() == ["networks": 1, "subnets": 1, "routers": 1, "interfaces": 1]
            )
            let subnet = try #require(try await own.list(.network, "/subnets", "subnets").first)
            #expect(subnet["cidr"] == "10.1.2.0/28")
            #expect(subnet["gateway_ip"] == "10.1.2.1")
            #expect(subnet["enable_dhcp"] == true)
            #expect(subnet["allocation_pools"] == [["start": "10.1.2.2", "end": "10.1.2.14"]])

            let read = try await own.get("/vpcs/\(id)")
            #expect(read.status == 200)
            #expect(read.json["vpc"] == vpc)
            // Two at the same time: each waits its turn.
            async let named = own.change("PUT", "/vpcs/\(id)", ["vpc_name": .string("\(own.mark)-2")])
            async let described = own.change("PUT", "/vpcs/\(id)", ["vpc_desc": ""])
            #expect(try await [named.status, described.status] == [200, 200])
            let after = try #require(try await own.get("/vpcs/\(id)").json["vpc"])
            #expect(after["vpc_name"]?.string == "\(own.mark)-2")
            #expect(after["vpc_desc"] == "")
            #expect(after["router"]?["router_name"]?.string == "router-\(own.mark)-2")
            #expect(after["router"]?["router_id"] == vpc["router"]?["router_id"])
        }
    }

    @Test("what cannot be a VPC is refused before there is a job, what the cloud does not have by the job")
    func refused() async throws {
        try await CloudTenant.with { own in
            let good: [String: JSON] = ["vpc_name": "x", "subnet": "10.0.0.0/24"]
            let bad: [([String: JSON], Int)] = [
                (["subnet": "10.0.0.1/24"], 10005), (["subnet": "10.0.0.0"], 10005), (["subnet": "fd00::/64"], 10005),
                (["vpc_name": ""], 10000), (["vpc_name": .string(String(repeating: "x", count: 249))], 10000),
                (["region": "Mars"], 10000), (["vpc_dsc": "x"], 10000), (["subnet": nil], 10000),
            ]
            for (change, code) in bad {
                let refused = try await own.change("POST", "/vpcs", .object(good.merging(change) { $1 }))
                #expect(refused.status == 400 && refused.code == code, "\(change): \(refused)")
                #expect(refused.job == nil)
            }
            #expect(try await own.change("PUT", "/vpcs/a%2Fb", ["vpc_name": "x"]).status == 400)
            let missing = try await own.change("PUT", "/vpcs/nothing", ["vpc_name": "x"])
            #expect(missing.status == 404 && missing.code == 21002)
            let unread = try await own.get("/vpcs/nothing")
            #expect(unread.status == 404 && unread.json["code"] == 21001)
            #expect(try await own.networkCounts() == Self.none)
            // Another tenant's VPC is as good as none.
            let theirs = try #require(try await own.vpc("10.0.0.0/24")["vpc_id"]?.string)
            try await CloudTenant.with { other in
                let read = try await other.get("/vpcs/\(theirs)")
                let changed = try await other.change("PUT", "/vpcs/\(theirs)", ["vpc_name": "x"])
                #expect(read.status == 404 && changed.status == 404)
            }
        }
    }

    @Test("nothing is left of a VPC for which a part could not be made")
    func failing() async throws {
        try await CloudTenant.with { own in
            try await own.limit("router", to: 0)
            let failed = try await own.change("POST", "/vpcs", ["vpc_name": "x", "subnet": "10.0.0.0/24"])
            #expect(failed.status == 403 && failed.code == 23000, "\(failed)")
            #expect(failed.json["msg"]?.string?.contains("quota") == true)
            #expect(try await own.networkCounts() == Self.none)
        }
    }
}
