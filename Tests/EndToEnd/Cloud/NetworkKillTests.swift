import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// Changes of networks whose worker is killed between sending a request and reading its answer, or which are cancelled.
@Suite(
    "networks: killed and cancelled in the middle",
    .serialized,
    .enabled(if: CloudDev.isThere, CloudDev.reason),
    .timeLimit(.minutes(15))
)
struct NetworkKillTests {
    private typealias Point = NetworkDev.Point

    @Test("a worker killed at the requests of a VPC, before and after the cloud carried them out: one of each is made")
    func vpc() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            // As many VPCs as points: each is caught at one of them, whichever.
            let points = [
                Point(method: "POST", path: "networks", isReached: true),
                Point(method: "POST", path: "networks", isReached: false),
                Point(method: "POST", path: "subnets", isReached: true),
                Point(method: "POST", path: "routers", isReached: true),
                Point(method: "POST", path: "routers", isReached: false),
                Point(method: "PUT", path: "add_router_interface", isReached: true),
                Point(method: "PUT", path: "networks", isReached: true),
            ]
            let names = points.indices.map { "\(own.mark)-\($0)" }
            let jobs = try await network.killing(points) {
                var jobs: [String] = []
                for (index, name) in names.enumerated() {
                    let body: JSON = ["vpc_name": .string(name), "subnet": .string("10.0.\(index).0/24")]
                    jobs.append(try await own.submit("POST", "/vpcs", body))
                }
                return jobs
            }
            for job in jobs {
                let made = try await own.outcome(of: job)
                #expect(made.status == 200, "\(made)")
                #expect(made["vpc"]?["vpc_desc"] == "")
                #expect(made["vpc"]?["router"]?["intfs"]?.array?.count == 1)
            }
            let count = points.count
            #expect(
                try await own.networkCounts()
                    == ["networks": count, "subnets": count, "routers": count, "interfaces": count]
            )
            let all = try await own.list(.network, "/networks", "networks").compactMap { $0["name"]?.string }
            #expect(all.sorted() == names.sorted())
        }
    }

    @Test("a VPC cancelled in the middle of a request leaves nothing, whether the cloud carried it out or not")
    func cancelled() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            let points = ["networks", "subnets", "routers"].flatMap { path in
                [true, false].map { Point(method: "POST", path: path, isReached: $0) }
            }
            let jobs = try await network.holding(points) {
                var jobs: [String] = []
                for index in points.indices {
                    let body: JSON = ["vpc_name": .string("\(own.mark)-\(index)"), "subnet": "10.0.0.0/24"]
                    jobs.append(try await own.submit("POST", "/vpcs", body))
                }
                return jobs
            } then: { jobs in
                for job in jobs {
                    let answer = try await own.client.post("/v1/jobs/\(job)/cancel")
                    #expect(answer.status < 300, "\(answer)")
                }
            }
            for job in jobs {
                let over = try await own.tenant.finished(job)
                #expect(over["state"] == "cancelled", "\(over.text)")
            }
            #expect(
                try await own.networkCounts() == ["networks": 0, "subnets": 0, "routers": 0, "interfaces": 0]
            )
        }
    }

    @Test("a worker killed while it makes security groups, gateways, floating addresses and peer links")
    func others() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            var making: [String] = []
            for index in 0..<8 {
                let body: JSON = ["vpc_name": .string("\(own.mark)-\(index)"), "subnet": .string("10.0.\(index).0/24")]
                making.append(try await own.submit("POST", "/vpcs", body))
            }
            var vpcs: [JSON] = []
            for job in making { vpcs.append(try #require(try await own.outcome(of: job)["vpc"])) }
            let outside = try #require(
                try await Networking(own.admin).networks().first { $0.isExternal }
            ).id
            func router(_ index: Int) -> JSON { vpcs[index]["router"]?["router_id"] ?? .null }
            func subnet(_ index: Int) -> JSON { vpcs[index]["subnet"]?[0]?["subnet_id"] ?? .null }
            // The first router has its way outside already, and a server behind it.
            let way: JSON = ["router_id": router(0), "external_network_id": .string(outside)]
            #expect(try await own.change("POST", "/nat-gateways", way).status == 200)
            try await own.port(ofServer: "server", network: try #require(vpcs[0]["vpc_id"]?.string))

            let points = [
                Point(method: "POST", path: "security-groups", isReached: true),
                Point(method: "POST", path: "security-group-rules", isReached: true),
                Point(method: "POST", path: "floatingips", isReached: true),
                Point(method: "PUT", path: "routers/\(router(1).string ?? "")", isReached: true),
                Point(method: "POST", path: "networks", isReached: true),
                Point(method: "POST", path: "ports", isReached: true),
                Point(method: "PUT", path: "add_extraroutes", isReached: true),
            ]
            let jobs = try await network.killing(points) {
                var jobs: [String] = []
                for index in 0..<2 {
                    let rule: JSON = [
                        "direction": "ingress", "protocol": "tcp", "port_range_min": 1, "port_range_max": 2,
                    ]
                    let body: JSON = [
                        "security_group_name": .string("\(own.mark)-\(index)"), "security_group_desc": "kept",
                        "security_group_rule_sets": [rule],
                    ]
                    jobs.append(try await own.submit("POST", "/security-groups", body))
                }
                let bind: JSON = ["instance_id": "server", "vpc_router_id": router(0)]
                jobs.append(try await own.submit("POST", "/float-ips/bind", bind))
                let gateway: JSON = ["router_id": router(1), "external_network_id": .string(outside)]
                jobs.append(try await own.submit("POST", "/nat-gateways", gateway))
                for (a, b) in [(2, 3), (4, 5), (6, 7)] {
                    jobs.append(try await own.submit("POST", "/peer-links", Self.peers(router, subnet, a, b)))
                }
                return jobs
            }
            var outcomes: [CloudTenant.Outcome] = []
            for job in jobs { outcomes.append(try await own.outcome(of: job)) }
            for outcome in outcomes { #expect(outcome.status == 200, "\(outcome)") }

            let groups = try await own.securityGroups()
            #expect(groups.compactMap { $0["name"]?.string }.sorted() == ["\(own.mark)-0", "\(own.mark)-1"])
            for group in groups {
                #expect(group["description"] == "kept")
                #expect(group["security_group_rules"]?.array?.count == 1)
            }
            let addresses = try await own.list(.network, "/floatingips", "floatingips")
            #expect(addresses.map { $0["floating_ip_address"] } == [outcomes[2]["float_ip"]])
            #expect(outcomes[3]["nat_gateway"]?["external_network_id"]?.string == outside)
            // Of each link a network, a subnet and two interfaces.
            #expect(
                try await own.networkCounts()
                    == ["networks": 8 + 3, "subnets": 8 + 3, "routers": 8, "interfaces": 8 + 6]
            )
            for router in try await own.list(.network, "/routers", "routers") {
                let isLinked = !vpcs[..<2].contains { $0["router"]?["router_id"] == router["id"] }
                #expect(router["routes"]?.array?.count == (isLinked ? 1 : 0))
            }
            // And away with them, the worker killed once more.
            let ends = [
                Point(method: "PUT", path: "remove_extraroutes", isReached: true),
                Point(method: "PUT", path: "remove_router_interface", isReached: true),
                Point(method: "DELETE", path: "networks", isReached: true),
            ]
            let removals = try await network.killing(ends) {
                var jobs: [String] = []
                for (a, b) in [(2, 3), (5, 4), (6, 7)] {
                    jobs.append(try await own.submit("POST", "/peer-links/delete", Self.peers(router, subnet, a, b)))
                }
                return jobs
            }
            for job in removals { #expect(try await own.outcome(of: job).status == 200) }
            #expect(
                try await own.networkCounts() == ["networks": 8, "subnets": 8, "routers": 8, "interfaces": 8]
            )
        }
    }

    @Test("a peer link whose deletion is cancelled in the middle is deleted to the end, and the job says so")
    func deletionCancelled() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            let vpcs = [try await own.vpc("10.0.0.0/24"), try await own.vpc("10.0.1.0/24", name: "\(own.mark)-b")]
            func router(_ index: Int) -> JSON { vpcs[index]["router"]?["router_id"] ?? .null }
            func subnet(_ index: Int) -> JSON { vpcs[index]["subnet"]?[0]?["subnet_id"] ?? .null }
            let peers = Self.peers(router, subnet, 0, 1)
            #expect(try await own.change("POST", "/peer-links", peers).status == 200)
            // Its routes are gone by then.
            let point = Point(method: "PUT", path: "remove_router_interface", isReached: false)
            let job = try await network.holding([point]) {
                try await own.submit("POST", "/peer-links/delete", peers)
            } then: { job in
                let answer = try await own.client.post("/v1/jobs/\(job)/cancel")
                #expect(answer.status < 300, "\(answer)")
            }
            let over = try await own.tenant.finished(job)
            #expect(over["state"] == "cancelled", "\(over.text)")
            let message = over["error"]?["message"]?.string ?? ""
            #expect(message.hasSuffix("perhaps carried out: the deletion of the link"), "\(message)")
            let counts = try await own.networkCounts()
            #expect(counts == ["networks": 2, "subnets": 2, "routers": 2, "interfaces": 2])
        }
    }

    @Test(
        "while rules are replaced the old ones hold until the new ones do, and a killed worker's work is gone on with"
    )
    func replacing() async throws {
        let network = try await NetworkDev.shared.value
        try await CloudTenant.with(network.dev) { own in
            func rules(_ ports: [Int]) -> JSON {
                .array(
                    ports.map { port in
                        let port = JSON.int(Int64(port))
                        return [
                            "direction": "ingress", "protocol": "tcp", "port_range_min": port, "port_range_max": port,
                        ]
                    }
                )
            }
            func ports() async throws -> [Int64] {
                let group = try #require(try await own.securityGroups().first)
                return (group["security_group_rules"]?.array ?? []).compactMap { $0["port_range_min"]?.int }.sorted()
            }
            let body: JSON = ["security_group_name": "x", "security_group_rule_sets": rules([1, 2, 3])]
            let made = try await own.change("POST", "/security-groups", body)
            let id = try #require(made["security_group"]?["security_group_id"]?.string)
            let deleting = Point(method: "DELETE", path: "security-group-rules", isReached: false)
            let change: JSON = ["security_group_rule_sets": rules([3, 4])]
            let job = try await network.holding([deleting]) {
                try await own.submit("PUT", "/security-groups/\(id)", change)
            } then: { _ in
                let held = try await ports()
                #expect(held == [1, 2, 3, 4])
                try network.dev.killWorker()
            }
            let changed = try await own.outcome(of: job)
            #expect(changed.status == 200, "\(changed)")
            #expect(try await ports() == [3, 4])
        }
    }

    private static func peers(_ router: (Int) -> JSON, _ subnet: (Int) -> JSON, _ a: Int, _ b: Int) -> JSON {
        [
            "peer_a_subnetid": subnet(a), "peer_a_routerid": router(a), "peer_b_subnetid": subnet(b),
            "peer_b_routerid": router(b),
        ]
    }
}
