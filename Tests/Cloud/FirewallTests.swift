import Foundation
import HawserCore
import Testing

@testable import HawserCloud

@Suite(.enabled(if: TestCloud.isThere, "no real cloud: HAWSER_TEST_CLOUDS is not set"))
struct FirewallTests {
    @Test func aFirewallIsBusyWhileAChangeIsApplied() async throws {
        guard let faults = TestCloud.faults, try await Networking(TestCloud.session()).hasFirewalls() else { return }
        try await TestTenant.with { tenant in
            let neutron = tenant.networking
            let spec = Networking.FirewallRuleSpec(
                name: "one",
                action: "reject",
                protocolName: "udp",
                ipVersion: 6,
                source: .init(addresses: "fd00::/8", ports: "1:9"),
                destination: .init(addresses: "::1", ports: "53")
            )
            let rule = try await neutron.createFirewallRule(spec)
            #expect(rule.spec == spec)
            let policy = try await neutron.createFirewallPolicy(name: "policy", rules: [rule.id])
            #expect(policy.ruleIDs == [rule.id])
            #expect(try await neutron.firewallPolicies(name: "policy") == [policy])
            var change = Networking.FirewallGroupChange()
            change.name = TestCloud.name("firewall")
            change.ingressPolicyID = policy.id
            let group = try await neutron.createFirewallGroup(change)
            #expect(group.status == "INACTIVE" && group.policyIDs == [policy.id] && group.portIDs.isEmpty)

            let (network, subnet) = try await tenant.network()
            let router = try await neutron.createRouter(name: "router")
            let port = try await neutron.addInterface(.subnet(subnet), toRouter: router.id)
            let fault = "{\"match\": \"\(group.name)\", \"delay\": 3}"
            try Data(fault.utf8).write(to: URL(filePath: "\(faults)/firewall.apply"), options: .atomic)
            defer { try? FileManager.default.removeItem(atPath: "\(faults)/firewall.apply") }
            change = Networking.FirewallGroupChange()
            change.portIDs = [port]
            #expect(try await neutron.updateFirewallGroup(group.id, change).status == "PENDING_UPDATE")
            let busy = await #expect(throws: CloudError.self) {
                try await neutron.updateFirewallGroup(group.id, change)
            }
            #expect(busy?.kind == .busy && busy?.isTransient == true)
            // The cloud gives no sign of it: what is asked is how it is.
            while try await neutron.firewallGroup(group.id).status != "ACTIVE" {
                try await Task.sleep(for: .milliseconds(200))
            }
            let inUse = await #expect(throws: CloudError.self) { try await neutron.deleteFirewallPolicy(policy.id) }
            #expect(inUse?.kind == .conflict)

            change.portIDs = []
            _ = try await neutron.updateFirewallGroup(group.id, change)
            while try await neutron.firewallGroup(group.id).status != "INACTIVE" {
                try await Task.sleep(for: .milliseconds(200))
            }
            try await neutron.deleteFirewallGroup(group.id)
            try await neutron.deleteFirewallPolicy(policy.id)
            try await neutron.deleteFirewallRule(rule.id)
            try await neutron.removeInterface(.subnet(subnet), fromRouter: router.id)
            try await neutron.deleteRouter(router.id)
            try await neutron.deleteNetwork(network)
            // The default one, which only the operator may remove.
            for group in try await neutron.firewallGroups() {
                try await Networking(tenant.admin).deleteFirewallGroup(group.id)
            }
            for rule in try await neutron.firewallRules() {
                try await Networking(tenant.admin).deleteFirewallRule(rule.id)
            }
        }
    }
}
