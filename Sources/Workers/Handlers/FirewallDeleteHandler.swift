import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Deletes firewalls, and of their policies and rules those that were made here and nobody else uses.
public struct FirewallDeleteHandler: CloudHandler {
    /// `firewall.delete`.
    public typealias Kind = FirewallDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FirewallDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        try await needFirewalls(cloud, job)
        let parts = try await job.step("parts") {
            let group = try await cloud.firewallGroup(arguments.id)
            guard group.portIDs.isEmpty else {
                throw JobError.cloud("bound", "the firewall is at a port", .firewallBound, status: 409)
            }
            return try await FirewallParts(of: group.policyIDs, cloud)
        }
        try await job.step("delete") {
            try await Self.removing { try await cloud.deleteFirewallGroup(arguments.id) }
            return NoOutput()
        }
        return try await job.step("rest") {
            try await Self.unhurried { try await parts.remove(cloud) }
            return Self.reply([
                "firewall_id": .string(arguments.id), "deleted_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }
}
