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
    /// - Returns: the volume's id.
    /// - Throws: `JobError`; the engine's own unwinding.
    func makeVolume(
        _ step: String,
        _ request: BlockStorage.VolumeRequest,
        _ storage: BlockStorage,
        _ job: JobContext,
        code: IaaSCode
    ) async throws -> String {
        var filter = BlockStorage.VolumeFilter()
        filter.metadata = [Self.jobField: job.id.text, Self.partField: step]
        let (own, wanted) = (filter, request)
        return try await job.step(
            step,
            adopt: {
                try await Self.translating(as: code) {
                    let found = try await storage.volumes(own).sorted { $0.id < $1.id }
                    return found.first { $0.status != "deleting" }?.id
                }
            },
            undo: { id in try await Self.translating(as: code) { try await Self.remove(volume: id, storage) } }
        ) {
            try await Self.translating(as: code) {
                try await Self.unhurried {
                    var request = wanted
                    request.metadata.merge(own.metadata) { $1 }
                    return try await storage.createVolume(request).id
                }
            }
        }
    }

    /// Deletes a volume; ends without an error only when it is gone, so that an undo is run until then.
    static func remove(volume id: String, _ storage: BlockStorage) async throws {
        do {
            let volume = try await storage.volume(id)
            switch volume.status {
            case "error_deleting":
                throw JobError.cloud("volume_stays", "a disk could not be deleted", Kind.failure, status: 502)
            case "available", "error", "error_extending": try await storage.deleteVolume(id)
            default: break
            }
            throw JobError.retryable("volume_going", "the volume \(id) is \(volume.status)", after: 1)
        } catch let error as CloudError where error.isNotFound {}
    }

    /// Deletes all but one of the volumes of a part of a job.
    ///
    /// A worker that died while it asked for a volume may have been heard after its successor looked for what there is.
    func keepOne(_ part: String, volume id: String, _ storage: BlockStorage, _ job: JobContext) async throws {
        guard job.attempt > 1 else { return }
        try await job.step("\(part)-only") {
            var filter = BlockStorage.VolumeFilter()
            filter.metadata = [Self.jobField: job.id.text, Self.partField: part]
            for volume in try await storage.volumes(filter) where volume.id != id && volume.status != "deleting" {
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
