import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Changes the names and descriptions of cloud disks.
public struct VolumeModifyHandler: CloudHandler {
    /// `volume.modify`.
    public typealias Kind = VolumeModify

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VolumeModify.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let storage = BlockStorage(session)
        try await lasting("change", "the change of the disk", job) {
            _ = try await storage.updateVolume(
                arguments.volumeID,
                name: arguments.name,
                description: arguments.description
            )
            return NoOutput()
        }
        let volume = try await storage.volume(arguments.volumeID)
        return Self.reply(["cloud_disk": volume.reply(region: session.settings.region)])
    }
}
