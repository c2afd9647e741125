import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

/// What a job made for one direction of a firewall.
struct FirewallSide: Sendable {
    let policy: String
    let rules: [String]
    /// Whether something was asked for twice, for a run died while it asked.
    let isRepeated: Bool
}

extension CloudHandler {
    /// The rules that a step made.
    private typealias MadeRules = [MadeThing]

    /// Sees to it that the cloud has firewalls.
    ///
    /// - Throws: a `JobError` that says clearly that it has none.
    func needFirewalls(_ cloud: Networking, _ job: JobContext) async throws {
        try await job.step("supported") {
            guard try await cloud.hasFirewalls() else {
                throw JobError.cloud("unsupported", "not supported by this cloud", .firewallCreate, status: 400)
            }
            return NoOutput()
        }
    }

    /// Makes the policy of a direction with its rules.
    ///
    /// All are found by their names, and removed when the job is undone.
    func makeSide(
        _ direction: String,
        _ rules: [FirewallRuleSet],
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> FirewallSide {
        let name = FirewallParts.name(job.id, direction)
        try await job.step(
            direction,
            adopt: { nil },
            undo: { (_: NoOutput) in
                try await Self.undoing { try await FirewallParts(named: name, cloud).remove(cloud) }
            }
        ) { NoOutput() }
        let made = try await makeRules(direction, rules, named: name, cloud, job)
        let lookedBack = LookedBack()
        let ids = made.map(\.id)
        let policy = try await job.step(
            "\(direction)-policy",
            adopt: {
                lookedBack.set()
                return try await Self.lookingAgain(for: "\(direction)-policy", job) {
                    try await cloud.firewallPolicies(name: name).first.map { MadeThing(id: $0.id, isRepeated: false) }
                }
            }
        ) {
            try await Self.unhurried {
                let policy = try await cloud.createFirewallPolicy(name: name, rules: ids)
                return MadeThing(id: policy.id, isRepeated: lookedBack.isSet)
            }
        }
        return FirewallSide(
            policy: policy.id,
            rules: ids,
            isRepeated: policy.isRepeated || made.contains { $0.isRepeated }
        )
    }

    /// Makes rules one after another, for the cloud takes one at a time.
    private func makeRules(
        _ direction: String,
        _ rules: [FirewallRuleSet],
        named name: String,
        _ cloud: Networking,
        _ job: JobContext
    ) async throws -> MadeRules {
        let specs = rules.enumerated().map { $1.spec(named: "\(name)-\($0)") }
        let lookedBack = LookedBack()
        return try await job.step(
            "\(direction)-rules",
            adopt: {
                lookedBack.set()
                return try await Self.lookingAgain(for: "\(direction)-rules", job) {
                    let found = try await Self.rules(of: name, cloud)
                    let all = specs.compactMap { found[$0.name] }
                    return all.count == specs.count ? all.map { MadeThing(id: $0, isRepeated: false) } : nil
                }
            }
        ) {
            guard !specs.isEmpty else { return [] }
            // An attempt before this one may have made some.
            let found = try await Self.rules(of: name, cloud)
            var made: MadeRules = []
            for spec in specs {
                if let id = found[spec.name] {
                    made.append(MadeThing(id: id, isRepeated: false))
                    continue
                }
                let id = try await Self.unhurried { try await cloud.createFirewallRule(spec).id }
                made.append(MadeThing(id: id, isRepeated: lookedBack.isSet))
            }
            return made
        }
    }

    /// The rules of a policy's name, their ids by their names.
    private static func rules(of name: String, _ cloud: Networking) async throws -> [String: String] {
        let rules = try await cloud.firewallRules().filter { $0.spec.name.hasPrefix("\(name)-") }
        return Dictionary(rules.map { ($0.spec.name, $0.id) }) { first, _ in first }
    }

    /// Removes what was made twice for a direction, which a run that died may have been heard with later.
    func keepOne(_ direction: String, _ side: FirewallSide?, _ cloud: Networking, _ job: JobContext) async throws {
        guard let side, side.isRepeated else { return }
        try await job.step("\(direction)-only") {
            let name = FirewallParts.name(job.id, direction)
            try await FirewallParts(named: name, cloud).keeping(side).remove(cloud)
            return NoOutput()
        }
    }

    /// Waits until a firewall's change is applied at its ports.
    func applied(firewall id: String, _ cloud: Networking, _ job: JobContext) async throws {
        try await job.poll("applied", every: 1...15, first: 0.5, atMost: .seconds(600)) { () -> Bool? in
            let status = try await cloud.firewallGroup(id).status
            guard !status.hasPrefix("PENDING") else { return nil }
            guard status != "ERROR" else {
                throw JobError.cloud("firewall_failed", "the cloud could not apply it", Kind.failure, status: 502)
                    .telling(["firewall": .string(id), "status": .string(status)])
            }
            return true
        }
    }
}
