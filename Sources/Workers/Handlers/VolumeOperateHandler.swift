import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Attaches cloud disks to instances and detaches them; what is so already is no error.
public struct VolumeOperateHandler: CloudHandler {
    /// `volume.operate`.
    public typealias Kind = VolumeOperate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: VolumeOperate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        let storage = BlockStorage(session)
        let (volume, server) = (arguments.volumeID, arguments.instanceID)
        let isSo = try await job.step("look") {
            let isAttached = try await Self.isAttached(storage.volume(volume), to: server)
            return isAttached == (arguments.operation == .attach)
        }
        if !isSo {
            switch arguments.operation {
            case .attach:
                try await attach(volume, to: server, step: "attach", session, job)
                try await attached([volume], to: server, watch, job)
            case .detach: try await detach(volume, from: server, session, watch, job)
            }
        }
        return Self.reply(["cloud_disk": try await storage.volume(volume).reply(region: session.settings.region)])
    }

    private func detach(
        _ volume: String,
        from server: String,
        _ session: CloudSession,
        _ watch: CloudWatch,
        _ job: JobContext
    ) async throws {
        try await lasting("detach", "the detaching of the disk", job) {
            do {
                let now = try await BlockStorage(session).volume(volume)
                guard Self.isAttached(now, to: server), now.status != "detaching" else { return NoOutput() }
                try await Compute(session).detach(volume: volume, fromServer: server)
            } catch let error as CloudError where error.isNotFound {}
            return NoOutput()
        }
        try await news("detached", about: [.volume(volume)], watch, job) { fresh -> Bool? in
            let now = try watch.volumes.status(of: volume, fresh: fresh)
            guard let now, Self.isAttached(now, to: server) else { return true }
            // It was "detaching" when the cloud accepted this: back in use, it did not come off.
            guard now.status == "in-use" else { return nil }
            throw JobError.cloud("not_detached", "the instance did not let go of the disk", Kind.failure, status: 502)
        }
    }
}
