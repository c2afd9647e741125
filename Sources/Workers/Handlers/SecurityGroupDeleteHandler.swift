import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Deletes security groups; the cloud refuses while servers have it.
public struct SecurityGroupDeleteHandler: CloudHandler {
    /// `security_group.delete`.
    public typealias Kind = SecurityGroupDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(
        _ arguments: SecurityGroupDelete.Arguments,
        in job: JobContext,
        _ clouds: Clouds
    ) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        return try await lasting("delete", "the deletion of the group", job) {
            try await Self.removing { try await cloud.deleteSecurityGroup(arguments.id) }
            return Self.reply([
                "security_group_id": .string(arguments.id), "deleted_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }
}
