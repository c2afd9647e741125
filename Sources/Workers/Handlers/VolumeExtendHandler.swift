import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes cloud disks larger, attached ones too.
public struct VolumeExtendHandler: CloudHandler {
    /// `volume.extend`.
    public typealias Kind = VolumeExtend

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VolumeExtend.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let storage = BlockStorage(session)
        let (id, size) = (arguments.volumeID, arguments.disk.sizeGiB ?? 0)
        try await lasting("extend", "the disk's new size", job) {
            let volume = try await storage.volume(id)
            // An earlier run may have asked already; asked twice, the cloud refuses.
            if volume.sizeGiB == size || volume.status == "extending" { return NoOutput() }
            guard volume.sizeGiB < size else {
                throw JobError.cloud("smaller", "a disk cannot be made smaller", Kind.failure, status: 400)
            }
            try await Self.unhurried { try await storage.extendVolume(id, toGiB: size) }
            return NoOutput()
        }
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        // While the old size is told the cloud has not begun or is at it: the status alone may be that of before.
        let region = session.settings.region
        let reply = try await news("extended", about: [.volume(id)], watch, job) { fresh -> JSON? in
            guard let volume = try watch.volumes.status(of: id, fresh: fresh) else {
                throw JobError.cloud("volume_gone", "the disk was deleted meanwhile", Kind.failure, status: 404)
            }
            if volume.status.hasPrefix("error") { throw await Self.failed(volume: volume, storage, Kind.failure) }
            // Not `nil`, which is a JSON null.
            let isDone = volume.sizeGiB >= size && volume.status != "extending"
            return isDone ? .some(volume.reply(region: region)) : .none
        }
        return Self.reply(["cloud_disk": reply])
    }
}
