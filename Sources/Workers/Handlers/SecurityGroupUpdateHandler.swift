import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Changes security groups: rules are replaced without a moment in which fewer of them hold.
public struct SecurityGroupUpdateHandler: CloudHandler {
    /// `security_group.update`.
    public typealias Kind = SecurityGroupUpdate

    /// The group as it was.
    private struct Before: Codable, Sendable {
        let name: String
        let description: String
        let rules: [Networking.RuleSpec]
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(
        _ arguments: SecurityGroupUpdate.Arguments,
        in job: JobContext,
        _ clouds: Clouds
    ) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        // The undo hangs on what was read before the first change, so it takes back every change there was.
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (before: Before) in
                try await Self.undoing {
                    if arguments.rules != nil { try await cloud.setRules(before.rules, ofGroup: arguments.id) }
                    _ = try await cloud.updateSecurityGroup(
                        arguments.id,
                        name: arguments.name == nil ? nil : before.name,
                        description: arguments.description == nil ? nil : before.description
                    )
                }
            }
        ) {
            let group = try await cloud.securityGroup(arguments.id)
            return Before(name: group.name, description: group.description, rules: group.rules.map(\.spec))
        }
        if arguments.name != nil || arguments.description != nil {
            try await job.step("names") {
                _ = try await cloud.updateSecurityGroup(
                    arguments.id,
                    name: arguments.name,
                    description: arguments.description
                )
                return NoOutput()
            }
        }
        if let rules = arguments.rules {
            try await job.step("rules") {
                try await cloud.setRules(rules.map(\.spec), ofGroup: arguments.id)
                return NoOutput()
            }
        }
        return try await job.step("reply") {
            Self.reply(["security_group": try await cloud.securityGroupReply(arguments.id)])
        }
    }
}
