import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Deletes cloud disks; one that is gone already is no error.
public struct VolumeDeleteHandler: CloudHandler {
    /// `volume.delete`.
    public typealias Kind = VolumeDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VolumeDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let storage = BlockStorage(try await clouds.session(of: job.tenant, region: arguments.region))
        let id = arguments.volumeID
        let isGone = try await lasting("delete", "the deletion of the disk", job) {
            do {
                if try await storage.volume(id).status != "deleting" { try await storage.deleteVolume(id) }
                return false
            } catch let error as CloudError where error.isNotFound {
                return true
            }
        }
        var deleted = Timestamp.now
        if !isGone {
            let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
            deleted = try await news("gone", about: [.volume(id)], watch, job) { fresh -> Timestamp? in
                guard let volume = try watch.volumes.status(of: id, fresh: fresh) else { return .now }
                if volume.status.hasPrefix("error") { throw await Self.failed(volume: volume, storage, Kind.failure) }
                return nil
            }
        }
        return Self.reply(["volume_id": .string(id), "deleted_time": .string(deleted.rfc3339)])
    }
}
