import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// The metadata field with the id of the job that made a thing.
    static var jobField: String { "hawser_job" }
    /// The metadata field that tells apart what one job made.
    static var partField: String { "hawser_part" }

    /// Does something to its end, whether or not the job is cancelled meanwhile.
    ///
    /// A request that makes something must not be cut off: nobody could tell then when it will have arrived.
    static func unhurried<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task { try await body() }.value
    }

    /// A step that asks for a volume, found again by its metadata and deleted when the job is undone.
    ///
    /// - Parameters:
    ///   - step: the step's name.
    ///   - request: the volume.
    ///   - storage: the tenant's volumes.
    ///   - job: the job.
    ///   - code: the seed's code when it cannot be made.
    /// - Returns: the volume.
    /// - Throws: `JobError`; the engine's own unwinding.
    func makeVolume(
        _ step: String,
        _ request: BlockStorage.VolumeRequest,
        _ storage: BlockStorage,
        _ job: JobContext,
        code: IaaSCode
    ) async throws -> MadeThing {
        var filter = BlockStorage.VolumeFilter()
        filter.metadata = [Self.jobField: job.id.text, Self.partField: step]
        let (own, wanted, lookedBack) = (filter, request, LookedBack())
        return try await job.step(
            step,
            adopt: {
                lookedBack.set()
                return try await Self.translating(as: code) {
                    try await Self.lookingAgain(for: step, job) {
                        let found = try await storage.volumes(own).sorted { $0.id < $1.id }
                        return found.first { $0.status != "deleting" }.map { MadeThing(id: $0.id, isRepeated: false) }
                    }
                }
            },
            undo: { made in
                try await Self.undoing {
                    try await Self.remove(volume: made.id, storage)
                    for other in try await storage.volumes(own) { try await Self.remove(volume: other.id, storage) }
                }
            }
        ) {
            try await Self.translating(as: code) {
                try await Self.unhurried {
                    var request = wanted
                    request.metadata.merge(own.metadata) { $1 }
                    return MadeThing(id: try await storage.createVolume(request).id, isRepeated: lookedBack.isSet)
                }
            }
        }
    }

    /// Deletes a volume; ends without an error only when it is gone, so that an undo is run until then.
    static func remove(volume id: String, _ storage: BlockStorage) async throws {
        try await CloudRemoval.finish("the disk \(id)") {
            let status = try await storage.volume(id).status
            guard status != "error_deleting" else {
                throw JobError.cloud("volume_stays", "a disk could not be deleted", Kind.failure, status: 502)
            }
            return status
        } delete: {
            try await storage.deleteVolume(id)
        }
    }

    /// Looks for what an earlier run may have asked for; for that of one that got no answer again and again for ten seconds.
    ///
    /// The cloud may still be at the request when the lease of the dead is over: it shows nothing until it answers.
    static func lookingAgain<Value>(
        for step: String,
        _ job: JobContext,
        _ look: () async throws -> Value?
    ) async throws -> Value? {
        guard job.isOpen(step) else { return try await look() }
        for pause in [1.0, 2, 3, 4] {
            if let found = try await look() { return found }
            try await Task.sleep(for: .seconds(pause))
        }
        return try await look()
    }

    /// Deletes all but one of the volumes of a part of a job.
    ///
    /// A worker that died while it asked for a volume may have been heard after its successor looked for what there is.
    func keepOne(_ part: String, volume made: MadeThing, _ storage: BlockStorage, _ job: JobContext) async throws {
        guard made.isRepeated else { return }
        try await job.step("\(part)-only") {
            var filter = BlockStorage.VolumeFilter()
            filter.metadata = [Self.jobField: job.id.text, Self.partField: part]
            for volume in try await storage.volumes(filter) where volume.id != made.id && volume.status != "deleting" {
                try await Self.remove(volume: volume.id, storage)
            }
            return NoOutput()
        }
    }

    /// Why a volume that is in error is: for operators in the cloud's words.
    static func failed(volume: BlockStorage.Volume, _ storage: BlockStorage, _ code: IaaSCode) async -> JobError {
        let messages = (try? await storage.messages(ofVolume: volume.id)) ?? []
        let words = messages.map(\.userMessage)
        let said: JSON = [
            "volume": .string(volume.id), "status": .string(volume.status),
            "messages": .array(words.map { .string($0) }),
        ]
        let text = words.joined(separator: " ").lowercased()
        if text.contains("could not find any available") || text.contains("no valid backend") {
            return .cloud("no_valid_storage", "no storage has room for the disk", code, status: 409).telling(said)
        }
        return .cloud("volume_failed", "the cloud could not do this with the disk", code, status: 502).telling(said)
    }
}
