import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes cloud disks.
public struct VolumeCreateHandler: CloudHandler {
    /// `volume.create`.
    public typealias Kind = VolumeCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VolumeCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let storage = BlockStorage(session)
        var request = BlockStorage.VolumeRequest(sizeGiB: arguments.disk.sizeGiB ?? 1, name: arguments.name.given)
        request.description = arguments.description.given
        request.type = arguments.disk.volumeType.given
        request.zone = arguments.zone.given
        let made = try await makeVolume("volume", request, storage, job, code: Kind.failure)
        let id = made.id
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        let region = session.settings.region
        let reply = try await news("ready", about: [.volume(id)], watch, job) { fresh -> JSON? in
            guard let volume = try watch.volumes.status(of: id, fresh: fresh) else {
                throw JobError.cloud("volume_gone", "the disk was deleted while it was made", Kind.failure, status: 409)
            }
            if volume.status.hasPrefix("error") { throw await Self.failed(volume: volume, storage, Kind.failure) }
            // Not `nil`, which is a JSON null.
            return ["available", "in-use"].contains(volume.status) ? .some(volume.reply(region: region)) : .none
        }
        try await keepOne("volume", volume: made, storage, job)
        return Self.reply(["cloud_disk": reply])
    }
}
