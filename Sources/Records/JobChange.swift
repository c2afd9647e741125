import Foundation
public import HawserCore
public import HawserQueue

/// One recorded change of a job.
public struct JobChange: Sendable, Equatable {
    /// Its number among the job's changes, from 1.
    public let sequence: Int
    /// The state after it.
    public let state: JobState
    /// When it happened.
    public let at: Timestamp
    /// The attempt it belongs to.
    public let attempt: Int
    /// The worker that held the lease.
    public let worker: String?
    /// What went wrong.
    public let error: JobError?
    /// How far the job was.
    public let progress: JSON?

    /// A change out of a live event.
    public init(_ event: JobEvent) {
        sequence = event.record.sequence
        state = event.record.state
        at = event.record.changed
        attempt = event.record.attempt
        worker = event.record.worker.isEmpty ? nil : event.record.worker
        error = event.error.flatMap { try? JSON(parsing: $0.utf8).decoded() }
        progress = event.progress.flatMap { try? JSON(parsing: $0.utf8) }
    }

    /// A change made of a job as it is now, for one that nobody can tell any more.
    public init(standingIn job: JobRecord, as sequence: Int) {
        self.init(
            sequence: sequence,
            state: job.state,
            at: job.changed,
            attempt: job.attempt,
            worker: job.worker,
            error: job.error,
            progress: job.progress
        )
    }

    init(
        sequence: Int,
        state: JobState,
        at: Timestamp,
        attempt: Int,
        worker: String?,
        error: JobError?,
        progress: JSON?
    ) {
        self.sequence = sequence
        self.state = state
        self.at = at
        self.attempt = attempt
        self.worker = worker
        self.error = error
        self.progress = progress
    }
}
