/// Where the records of jobs go to stay, outside Redis.
///
/// The recorder hands it every event; what is finished and recorded leaves Redis.
public protocol JobArchive: Sendable {
    /// Stores events, in the order of the stream. All are durable when it returns.
    ///
    /// Must be idempotent: after a crash the same events come again. Several recorders may call at the same time, so
    /// an event with a lower sequence number than what is stored must not take the job back.
    func record(_ events: [JobEvent]) async throws

    /// The record of a job; nil when it is not known.
    func find(_ id: JobID) async throws -> JobRecord?

    /// Those of the ids that are known.
    func known(_ ids: [JobID]) async throws -> Set<JobID>
}
