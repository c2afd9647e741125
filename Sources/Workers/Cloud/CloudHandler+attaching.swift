import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// Whether a volume is at a server, or on its way to it or from it.
    static func isAttached(_ volume: BlockStorage.Volume, to server: String) -> Bool {
        volume.attachments.contains { $0.serverID == server }
    }

    /// A step that asks to attach a volume; undone, it is detached, unless the server goes as well, which lets go of it.
    func attach(
        _ volume: String,
        to server: String,
        step: String,
        goesWithServer: Bool = false,
        _ session: CloudSession,
        _ job: JobContext
    ) async throws {
        let compute = Compute(session)
        let storage = BlockStorage(session)
        try await job.step(
            step,
            adopt: {
                try await Self.translating {
                    do {
                        let found = try await compute.attachments(ofServer: server).contains { $0.volumeID == volume }
                        return found ? volume : nil
                    } catch let error as CloudError where error.isNotFound {
                        return nil
                    }
                }
            },
            undo: { volume in
                if goesWithServer { return }
                try await Self.undoing { try await Self.takeBack(volume, from: server, compute, storage) }
            }
        ) {
            try await Self.translating {
                try await Self.unhurried { try await compute.attach(volume: volume, toServer: server).volumeID }
            }
        }
    }

    /// Detaches what was asked to be attached; ends without an error only when it is detached.
    private static func takeBack(
        _ volume: String,
        from server: String,
        _ compute: Compute,
        _ storage: BlockStorage
    ) async throws {
        do {
            // Of one that is on its way to the server only the server tells.
            let isComing = try await compute.attachments(ofServer: server).contains { $0.volumeID == volume }
            let now = try await storage.volume(volume)
            guard isComing || isAttached(now, to: server) else { return }
            if now.status == "in-use" { try await compute.detach(volume: volume, fromServer: server) }
        } catch let error as CloudError where error.isNotFound {
            return
        }
        throw JobError.retryable("detaching", "the volume \(volume) is not yet detached", after: 1)
    }

    /// Waits until volumes are in use.
    func attached(
        _ volumes: [String],
        to server: String,
        _ watch: CloudWatch,
        _ job: JobContext
    ) async throws {
        guard !volumes.isEmpty else { return }
        try await news("attached", about: volumes.map { .volume($0) }, watch, job) { fresh -> Bool? in
            var isDone = true
            for id in volumes {
                let volume = try watch.volumes.status(of: id, fresh: fresh)
                // It was "reserved" when the cloud accepted this: at rest again, it did not come to the server.
                guard let volume, volume.status != "available", !volume.status.hasPrefix("error") else {
                    throw JobError.cloud(
                        "not_attached",
                        "the instance did not take the disk",
                        Kind.failure,
                        status: 502
                    ).telling(["volume": .string(id), "status": .string(volume?.status ?? "gone")])
                }
                isDone = isDone && volume.status == "in-use" && Self.isAttached(volume, to: server)
            }
            return isDone ? true : nil
        }
    }
}
