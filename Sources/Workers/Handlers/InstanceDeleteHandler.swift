import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Deletes instances with their system disks; data disks stay, and one that is gone already is no error.
public struct InstanceDeleteHandler: CloudHandler {
    /// `instance.delete`.
    public typealias Kind = InstanceDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: InstanceDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let compute = Compute(try await clouds.session(of: job.tenant, region: arguments.region))
        let id = arguments.instanceID
        let isGone = try await lasting("delete", "the deletion of the instance", job) {
            do {
                let server = try await compute.server(id)
                if server.taskState != "deleting" { try await compute.deleteServer(id) }
                return false
            } catch let error as CloudError where error.isNotFound {
                return true
            }
        }
        var deleted = Timestamp.now
        if !isGone {
            let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
            deleted = try await news("gone", about: [.server(id)], watch, job) { fresh -> Timestamp? in
                let server = try watch.servers.status(of: id, fresh: fresh)
                guard let server, !Self.isGone(server) else { return .now }
                // In error and at rest: it was being deleted when the cloud accepted this.
                if server.status == "ERROR", server.taskState == nil {
                    throw await Self.failed(server: server, compute)
                }
                return nil
            }
        }
        return Self.reply(["instance_id": .string(id), "deleted_time": .string(deleted.rfc3339)])
    }
}
