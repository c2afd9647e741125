import HawserCloud
import HawserQueue

/// Policies and rules of firewalls that this program made; each is named after the job that made it.
struct FirewallParts: Codable, Sendable {
    private static let prefix = "hawser-"

    private(set) var policies: [String] = []
    private(set) var rules: [String] = []

    /// The name of the policy that a job makes for a direction; its rules have this name, a hyphen and a number.
    static func name(_ job: JobID, _ direction: String) -> String { "\(prefix)\(job.text)-\(direction)" }

    /// Those of certain policies; what others made is left to them.
    init(of ids: [String], _ cloud: Networking) async throws {
        guard !ids.isEmpty else { return }
        let own = Set(try await cloud.firewallRules().filter { $0.spec.name.hasPrefix(Self.prefix) }.map(\.id))
        for id in Set(ids).sorted() {
            let policy: Networking.FirewallPolicy
            do {
                policy = try await cloud.firewallPolicy(id)
            } catch let error as CloudError where error.isNotFound {
                continue
            }
            if policy.name.hasPrefix(Self.prefix) { policies.append(id) }
            rules += policy.ruleIDs.filter(own.contains)
        }
    }

    /// Those of a name.
    init(named name: String, _ cloud: Networking) async throws {
        policies = try await cloud.firewallPolicies(name: name).map(\.id)
        rules = try await cloud.firewallRules().filter { $0.spec.name.hasPrefix("\(name)-") }.map(\.id)
    }

    /// The same without what is to stay.
    func keeping(_ side: FirewallSide) -> FirewallParts {
        var parts = self
        parts.policies.removeAll { $0 == side.policy }
        parts.rules.removeAll(where: side.rules.contains)
        return parts
    }

    /// Removes them; what is in use elsewhere stays.
    ///
    /// - Throws: `CloudError`.
    func remove(_ cloud: Networking) async throws {
        for id in policies { try await Self.removing { try await cloud.deleteFirewallPolicy(id) } }
        for id in rules { try await Self.removing { try await cloud.deleteFirewallRule(id) } }
    }

    private static func removing(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as CloudError where error.isNotFound || error.kind == .conflict {}
    }
}
