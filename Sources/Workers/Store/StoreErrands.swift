import HawserCore
import HawserJobs
public import HawserMetadata
public import HawserQueue
public import HawserStorage

/// Submits the jobs of contents to the queue.
public struct StoreErrands: ContentErrands {
    private let queues: JobQueues

    /// Errands to these queues.
    public init(_ queues: JobQueues) {
        self.queues = queues
    }

    /// An id for a job to be.
    public func newJob() -> String { JobID(in: ObjectEncode.queue).text }

    /// Submits the job of a content.
    ///
    /// - Throws: `RedisUnavailable`.
    public func submit(_ content: StoredContent, isRepeat: Bool) async throws {
        guard let id = content.job.flatMap({ JobID($0) }) else { return }
        let submission =
            content.state == .staged
            ? try JobSubmission(ObjectEncode.self, .init(content: content.id), id: id)
            : try JobSubmission(ObjectRepair.self, .init(content: content.id), id: id)
        try await queues.enqueue([submission], isRepeat: isRepeat)
    }

    /// Whether a job is over, or was never heard of.
    ///
    /// - Throws: `RedisUnavailable`; what the record of jobs throws.
    public func isOver(_ job: String) async throws -> Bool {
        guard let id = JobID(job) else { return true }
        return try await queues.find(id)?.state.isFinal ?? true
    }
}
