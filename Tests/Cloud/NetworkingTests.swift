import HawserCloud
import Testing

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct NetworkingTests {
    @Test func networkSubnetRouterPortAndFloatingAddress() async throws {
        try await TestTenant.with { tenant in
            let neutron = tenant.networking
            let network = try await neutron.createNetwork(name: "a net", description: "job-1")
            #expect(
                network.status == "ACTIVE" && network.projectID == tenant.projectID && network.description == "job-1"
            )
            #expect(try await neutron.networks(.init(description: "job-1")).map(\.id) == [network.id])
            #expect(try await neutron.networks(.init(name: "a net")).map(\.id) == [network.id])
            #expect(try await neutron.updateNetwork(network.id, description: "two").description == "two")
            var request = Networking.SubnetRequest(networkID: network.id, cidr: "10.9.0.0/24", name: "sub")
            request.gateway = "10.9.0.1"
            request.pools = [.init(start: "10.9.0.2", end: "10.9.0.254")]
            request.nameServers = ["192.0.2.53"]
            let subnet = try await neutron.createSubnet(request)
            #expect(subnet.gateway == "10.9.0.1" && subnet.pools == request.pools && subnet.hasDHCP)
            #expect(subnet.nameServers == ["192.0.2.53"] && subnet.ipVersion == 4)

            let router = try await neutron.createRouter(name: "router", description: "job-1")
            let portID = try await neutron.addInterface(.subnet(subnet.id), toRouter: router.id)
            let twice = await #expect(throws: CloudError.self) {
                try await neutron.addInterface(.subnet(subnet.id), toRouter: router.id)
            }
            #expect(twice?.kind == .badRequest)
            var ofRouter = Networking.Filter()
            ofRouter.deviceID = router.id
            #expect(try await neutron.ports(ofRouter).map(\.id) == [portID])
            #expect(try await neutron.port(portID).addresses.map(\.address) == ["10.9.0.1"])

            let routes = [
                Networking.Route(destination: "10.20.0.0/24", nextHop: "10.9.0.7"),
                Networking.Route(destination: "10.21.0.0/24", nextHop: "10.9.0.7"),
            ]
            #expect(Set(try await neutron.addRoutes(routes, toRouter: router.id).routes) == Set(routes))
            #expect(try await neutron.addRoutes([routes[0]], toRouter: router.id).routes.count == 2)
            #expect(try await neutron.removeRoutes([routes[0]], fromRouter: router.id).routes == [routes[1]])
            #expect(try await neutron.removeRoutes(routes, fromRouter: router.id).routes.isEmpty)

            var outside = Networking.Filter()
            outside.isExternal = true
            let external = try #require(try await neutron.networks(outside).first)
            let open = try await neutron.setGateway(ofRouter: router.id, network: external.id)
            #expect(open.gateway?.networkID == external.id && open.gateway?.hidesAddresses == true)
            #expect(open.gateway?.addresses.isEmpty == false)
            let port = try await neutron.createPort(.init(networkID: network.id, name: "port"))
            let address = try await neutron.createFloatingAddress(
                network: external.id,
                port: port.id,
                description: "job-1"
            )
            #expect(address.portID == port.id && address.routerID == router.id && address.fixedAddress != nil)
            let needed = await #expect(throws: CloudError.self) { try await neutron.clearGateway(ofRouter: router.id) }
            #expect(needed?.kind == .conflict)
            #expect(try await neutron.floatingAddresses(.init(description: "job-1")).map(\.id) == [address.id])
            #expect(try await neutron.bindFloatingAddress(address.id, toPort: nil).portID == nil)
            #expect(try await neutron.bindFloatingAddress(address.id, toPort: port.id).portID == port.id)
            try await neutron.deleteFloatingAddress(address.id)
            #expect(try await neutron.clearGateway(ofRouter: router.id).gateway == nil)

            try await neutron.setTags(["a", "b"], of: .routers, router.id)
            try await neutron.addTag("job c:1", to: .routers, router.id)
            try await neutron.removeTag("a", from: .routers, router.id)
            var tagged = Networking.Filter()
            tagged.tags = ["b", "job c:1"]
            #expect(try await neutron.routers(tagged).map(\.id) == [router.id])
            #expect(Set(try await neutron.router(router.id).tags) == ["b", "job c:1"])

            let inUse = await #expect(throws: CloudError.self) { try await neutron.deleteRouter(router.id) }
            #expect(inUse?.kind == .conflict && inUse?.type == "RouterInUse" && inUse?.isTransient == false)
            try await neutron.removeInterface(.subnet(subnet.id), fromRouter: router.id)
            let gone = await #expect(throws: CloudError.self) {
                try await neutron.removeInterface(.subnet(subnet.id), fromRouter: router.id)
            }
            #expect(gone?.isNotFound == true)
            try await neutron.deleteRouter(router.id)
            try await neutron.deletePort(port.id)
            try await neutron.deleteSubnet(subnet.id)
            try await neutron.deleteNetwork(network.id)
            #expect(try await neutron.networks(.init(name: "a net")).isEmpty)
        }
    }

    @Test func securityGroupsAndTheirRules() async throws {
        try await TestTenant.with { tenant in
            let neutron = tenant.networking
            let group = try await neutron.createSecurityGroup(name: "web", description: "job-2")
            #expect(group.rules.allSatisfy { $0.spec.direction == "egress" } && !group.rules.isEmpty)
            let wanted = [
                Networking.RuleSpec(
                    direction: "ingress",
                    protocolName: "tcp",
                    portMin: 80,
                    portMax: 90,
                    remotePrefix: "10.0.0.0/8"
                ),
                Networking.RuleSpec(direction: "ingress", protocolName: "icmp", description: "ping"),
                Networking.RuleSpec(direction: "ingress", remoteGroupID: group.id),
            ]
            let rules = try await neutron.createRules(wanted, inGroup: group.id)
            #expect(Set(rules.map(\.spec)) == Set(wanted))
            // All or none: the second of these is there already.
            let again = await #expect(throws: CloudError.self) {
                try await neutron.createRules(
                    [Networking.RuleSpec(direction: "ingress", protocolName: "udp"), wanted[0]],
                    inGroup: group.id
                )
            }
            #expect(again?.kind == .conflict)
            #expect(try await neutron.securityGroup(group.id).rules.count == group.rules.count + 3)
            for rule in group.rules { try await neutron.deleteRule(rule.id) }
            #expect(Set(try await neutron.securityGroup(group.id).rules.map(\.spec)) == Set(wanted))
            let renamed = try await neutron.updateSecurityGroup(group.id, name: "www", description: "new")
            #expect(renamed.name == "www" && renamed.description == "new")
            let (network, subnet) = try await tenant.network()
            var request = Networking.PortRequest(networkID: network)
            request.subnetID = subnet
            request.address = "10.7.0.99"
            request.securityGroupIDs = []
            let port = try await neutron.createPort(request)
            #expect(port.addresses.map(\.address) == ["10.7.0.99"] && port.securityGroupIDs.isEmpty)
            #expect(try await neutron.setSecurityGroups([group.id], ofPort: port.id).securityGroupIDs == [group.id])
            let inUse = await #expect(throws: CloudError.self) { try await neutron.deleteSecurityGroup(group.id) }
            #expect(inUse?.kind == .conflict && inUse?.type == "SecurityGroupInUse")
            try await neutron.deletePort(port.id)
            try await neutron.deleteSecurityGroup(group.id)
            try await neutron.deleteNetwork(network)
            #expect(try await neutron.extensions().isSuperset(of: ["router", "extraroute-atomic", "security-group"]))
            let quotas = try await neutron.quotas()
            #expect(quotas.first { $0.name == "network" }?.used == 0)
            #expect(quotas.first { $0.name == "security_group" }?.limit != nil)
        }
    }
}
