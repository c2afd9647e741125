import HawserCloud
import HawserJobs

extension FirewallRuleSet {
    /// The rule as Neutron takes it, of a name; of IPv6 when its addresses are.
    func spec(named name: String) -> Networking.FirewallRuleSpec {
        let rule = normal
        return Networking.FirewallRuleSpec(
            name: name,
            description: rule.description ?? "",
            action: rule.action,
            protocolName: rule.protocolName,
            ipVersion: rule.isIPv6 ? 6 : 4,
            source: .init(addresses: rule.sourceAddress, ports: rule.sourcePort),
            destination: .init(addresses: rule.destinationAddress, ports: rule.destinationPort)
        )
    }
}
