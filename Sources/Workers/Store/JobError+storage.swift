import HawserQueue
import HawserStorage

extension JobError {
    /// What a failure of the store means for a job: a target may come back, a disk be emptied; damage stays.
    init(_ error: StorageError) {
        switch error {
        case .damaged, .badName, .idTaken, .badLayout:
            self = .permanent("storage", "\(error)")
        case .full, .system, .missing, .notStaged, .unresponsive, .refused, .notWriting, .tooFewTargets, .unreadable,
            .unknownTarget, .badTarget, .superseded, .noMasterKey, .wrongKey:
            self = .retryable("storage", "\(error)")
        }
    }

    /// Does work of the store, whose failures become those of a job.
    static func storing<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as StorageError {
            throw JobError(error)
        }
    }
}
