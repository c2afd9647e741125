import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Changes firewalls: new policies take the place of the old ones at once, without a moment of neither.
public struct FirewallUpdateHandler: CloudHandler {
    /// `firewall.update`.
    public typealias Kind = FirewallUpdate

    /// The firewall as it was.
    private struct Before: Codable, Sendable {
        let name: String
        let description: String
        let ingress: String?
        let egress: String?
        /// What goes when the new rules hold.
        let parts: FirewallParts
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FirewallUpdate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let id = arguments.id
        try await needFirewalls(cloud, job)
        let before = try await job.step("before") { try await Self.read(arguments, cloud) }
        var ingress: FirewallSide?
        var egress: FirewallSide?
        if let rules = arguments.ingress { ingress = try await makeSide("ingress", rules, cloud, job) }
        if let rules = arguments.egress { egress = try await makeSide("egress", rules, cloud, job) }
        // Before this is undone, nothing of what was made can go: so it is a step of its own, begun after them.
        try await job.step(
            "begin",
            adopt: { nil },
            undo: { (_: NoOutput) in try await Self.takeBack(before, arguments, cloud) }
        ) { NoOutput() }
        var change = Networking.FirewallGroupChange()
        change.name = arguments.name
        change.description = arguments.description
        change.ingressPolicyID = ingress?.policy
        change.egressPolicyID = egress?.policy
        let wanted = change
        if wanted != Networking.FirewallGroupChange() {
            try await job.step("change") {
                _ = try await cloud.updateFirewallGroup(id, wanted)
                return NoOutput()
            }
            try await applied(firewall: id, cloud, job)
        }
        let reply = try await job.step("reply") {
            Self.reply(["firewall": try await cloud.firewallReply(id)])
        }
        try await keepOne("ingress", ingress, cloud, job)
        try await keepOne("egress", egress, cloud, job)
        try await job.step("old") {
            try await Self.unhurried { try await before.parts.remove(cloud) }
            return NoOutput()
        }
        return reply
    }

    private static func read(_ arguments: FirewallUpdate.Arguments, _ cloud: Networking) async throws -> Before {
        let group = try await cloud.firewallGroup(arguments.id)
        let replaced = [
            arguments.ingress == nil ? nil : group.ingressPolicyID,
            arguments.egress == nil ? nil : group.egressPolicyID,
        ]
        return Before(
            name: group.name,
            description: group.description,
            ingress: group.ingressPolicyID,
            egress: group.egressPolicyID,
            parts: try await FirewallParts(of: replaced.compactMap { $0 }, cloud)
        )
    }

    /// Gives a firewall back what it had.
    private static func takeBack(
        _ before: Before,
        _ arguments: FirewallUpdate.Arguments,
        _ cloud: Networking
    ) async throws {
        try await translating {
            do { _ = try await cloud.firewallGroup(arguments.id) } catch let error as CloudError where error.isNotFound
            {
                return
            }
            var change = Networking.FirewallGroupChange()
            if arguments.name != nil { change.name = before.name }
            if arguments.description != nil { change.description = before.description }
            if arguments.ingress != nil { change.ingressPolicyID = before.ingress }
            if arguments.egress != nil { change.egressPolicyID = before.egress }
            do {
                _ = try await cloud.updateFirewallGroup(arguments.id, change)
            } catch let error as CloudError where error.isNotFound {
                // Cancelled in its very last step.
                throw JobError.permanent("not_undone", "firewall \(arguments.id): its old rules are gone")
            }
        }
    }
}
