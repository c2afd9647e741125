import HawserCloud
import HawserJobs

extension SecurityGroupRuleSet {
    /// The rule as Neutron takes it; of IPv6 when its addresses are.
    var spec: Networking.RuleSpec {
        let rule = normal
        return Networking.RuleSpec(
            direction: rule.direction,
            etherType: rule.remotePrefix?.contains(":") == true ? "IPv6" : "IPv4",
            protocolName: rule.protocolName,
            portMin: rule.portMin,
            portMax: rule.portMax,
            remotePrefix: rule.remotePrefix,
            description: rule.description ?? ""
        )
    }
}
