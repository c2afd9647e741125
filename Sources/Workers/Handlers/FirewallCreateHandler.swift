import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes firewalls: nothing is left of one that could not be made as a whole.
public struct FirewallCreateHandler: CloudHandler {
    /// `firewall.create`.
    public typealias Kind = FirewallCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FirewallCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        try await needFirewalls(cloud, job)
        let ingress = try await makeSide("ingress", arguments.ingress ?? [], cloud, job)
        let egress = try await makeSide("egress", arguments.egress ?? [], cloud, job)
        let group = try await makeGroup(arguments.name, ingress, egress, cloud, job)
        // Until here the description told which job made the group.
        try await job.step("description") {
            var change = Networking.FirewallGroupChange()
            change.description = arguments.description ?? ""
            _ = try await cloud.updateFirewallGroup(group.id, change)
            return NoOutput()
        }
        if group.isRepeated {
            try await job.step("group-only") {
                for other in try await cloud.firewallGroups(description: Self.mark(job)) {
                    try await Self.removing { try await cloud.deleteFirewallGroup(other.id) }
                }
                return NoOutput()
            }
        }
        try await keepOne("ingress", ingress, cloud, job)
        try await keepOne("egress", egress, cloud, job)
        return try await job.step("reply") { Self.reply(["firewall": try await cloud.firewallReply(group.id)]) }
    }

    private func makeGroup(
        _ name: String,
        _ ingress: FirewallSide,
        _ egress: FirewallSide,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> MadeThing {
        let mark = Self.mark(job)
        let lookedBack = LookedBack()
        return try await job.step(
            "group",
            adopt: {
                lookedBack.set()
                return try await Self.lookingAgain(for: "group", job) {
                    try await cloud.firewallGroups(description: mark).first.map {
                        MadeThing(id: $0.id, isRepeated: false)
                    }
                }
            },
            undo: { made in
                try await Self.undoing { try await cloud.deleteFirewallGroup(made.id) }
                try await Self.translating {
                    for other in try await cloud.firewallGroups(description: mark) {
                        try await Self.undoing { try await cloud.deleteFirewallGroup(other.id) }
                    }
                }
            }
        ) {
            try await Self.unhurried {
                var group = Networking.FirewallGroupChange()
                group.name = name
                group.description = mark
                group.ingressPolicyID = ingress.policy
                group.egressPolicyID = egress.policy
                return MadeThing(id: try await cloud.createFirewallGroup(group).id, isRepeated: lookedBack.isSet)
            }
        }
    }
}
