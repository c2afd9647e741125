import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes security groups; a group that could not get its rules is not left.
public struct SecurityGroupCreateHandler: CloudHandler {
    /// `security_group.create`.
    public typealias Kind = SecurityGroupCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(
        _ arguments: SecurityGroupCreate.Arguments,
        in job: JobContext,
        _ clouds: Clouds
    ) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let mark = Self.mark(job)
        let group = try await job.step(
            "group",
            adopt: { try await cloud.securityGroups(.init(name: arguments.name, description: mark)).first?.id },
            undo: { id in try await Self.undoing { try await cloud.deleteSecurityGroup(id) } }
        ) {
            try await cloud.createSecurityGroup(name: arguments.name, description: mark).id
        }
        if let rules = arguments.rules {
            try await job.step("rules") {
                try await cloud.setRules(rules.map(\.spec), ofGroup: group)
                return NoOutput()
            }
        }
        // Until here the description told which job made the group.
        return try await job.step("description") {
            let made = try await cloud.updateSecurityGroup(group, description: arguments.description ?? "")
            return Self.reply(["security_group": Networking.securityGroupReply(of: made)])
        }
    }
}
