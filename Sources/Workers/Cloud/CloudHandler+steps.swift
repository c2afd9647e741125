import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// What is written into the description of a thing as it is made, so that a later run of the job finds it.
    static func mark(_ job: JobContext) -> String { "hawser_job \(job.id.text)" }

    /// A step that changes something for good: a job that is given up later says that it did, or perhaps did.
    @discardableResult
    func lasting<Value: Codable & Sendable>(
        _ step: String,
        _ what: String,
        _ job: JobContext,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        // Translated within the step: what the cloud refused was not carried out, and is not told as if perhaps it was.
        try await job.step(step, lasting: what) { try await Self.translating { try await work() } }
    }

    /// Takes something back; what is gone already is as good as taken back.
    ///
    /// Something that is still in use is tried again.
    static func undoing(_ body: () async throws -> Void) async throws {
        try await translating {
            do {
                try await body()
            } catch let error as CloudError where error.isNotFound {
            } catch let error as CloudError where error.kind == .conflict {
                throw JobError.retryable(error.told.name, error.told.message, after: 2, operatorDetails: error.said)
            }
        }
    }

    /// Removes something; what is gone already is as good as removed.
    static func removing(_ body: () async throws -> Void) async throws {
        try await translating {
            do { try await body() } catch let error as CloudError where error.isNotFound {}
        }
    }
}
