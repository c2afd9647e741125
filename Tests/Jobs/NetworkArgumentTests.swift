import HawserCore
import HawserQueue
import Testing

@testable import HawserJobs

/// What of the arguments of changes of networks is refused, and what is made of the rest.
@Suite("arguments of networks")
struct NetworkArgumentTests {
    @Test(
        "a subnet's gateway is its first host, and the others are given out",
        arguments: [
            ("10.0.0.0/24", "10.0.0.1", "10.0.0.2", "10.0.0.254"),
            ("10.0.0.128/30", "10.0.0.129", "10.0.0.130", "10.0.0.130"),
            ("172.16.0.0/12", "172.16.0.1", "172.16.0.2", "172.31.255.254"),
        ]
    )
    func plan(_ subnet: String, _ gateway: String, _ first: String, _ last: String) throws {
        let plan = try #require(VPCCreate.plan(of: subnet))
        #expect(plan == (gateway, first, last))
    }

    @Test("a rule says each thing in one way")
    func normal() {
        let zero = SecurityGroupRuleSet(direction: "egress", protocolName: "ANY", portMin: 0, portMax: 0)
        #expect(zero.normal == SecurityGroupRuleSet(direction: "egress"))
        #expect(zero.problems(at: "rule").isEmpty)
        let one = SecurityGroupRuleSet(
            direction: "ingress",
            protocolName: "TCP",
            portMin: 1,
            portMax: 2,
            remotePrefix: "::1"
        )
        #expect(one.normal.remotePrefix == "::1/128")
        #expect(one.normal.protocolName == "tcp")
        let echo = SecurityGroupRuleSet(direction: "ingress", protocolName: "icmp", portMin: 0, portMax: 0)
        #expect(echo.normal.portMin == 0, "type 0 of ICMP is an answer to an echo, not none")
        #expect(echo.problems(at: "rule").isEmpty)
    }

    @Test(
        "ids are parts of paths",
        arguments: [
            ("a", true), ("4c31ff0e-be04", true), ("", false), (".", false), ("..", false), ("a/b", false),
            ("é", false),
        ]
    )
    func ids(_ id: String, _ isOne: Bool) {
        #expect((ArgumentProblem.id("id", id) == nil) == isOne)
        #expect((ArgumentProblem.id("id", String(repeating: "x", count: 65)) == nil) == false)
    }

    @Test("a route leads to a range by an address of the same kind")
    func routes() {
        func fields(_ destination: String, _ nexthop: String) -> [String] {
            RouteSet(destination: destination, nexthop: nexthop).problems(at: "r").map(\.field)
        }
        #expect(fields("10.0.0.0/8", "10.0.0.1").isEmpty)
        #expect(fields("fd00::/8", "10.0.0.1") == ["r.nexthop"])
        #expect(fields("10.0.0.1", "10.0.0.0/8") == ["r.destination", "r.nexthop"])
    }

    @Test("changes of one thing take their turns, by its id")
    func locks() {
        #expect(VPCModify.locks?(.init(id: "n")) == ["network:n"])
        #expect(SecurityGroupUpdate.locks?(.init(id: "g")) == ["security_group:g"])
        let operate = SecurityGroupOperate.Arguments(id: "g", instances: ["a", "b"], operation: "attach")
        #expect(SecurityGroupOperate.locks?(operate) == ["security_group:g", "server:a", "server:b"])
        #expect(FloatingIPBind.locks?(.init(instance: "s", router: "r")) == ["server:s", "router:r"])
        let link = PeerLinkCreate.Arguments(subnetA: "1", routerA: "a", subnetB: "2", routerB: "b")
        #expect(PeerLinkCreate.locks?(link) == ["router:a", "router:b"])
    }
}
