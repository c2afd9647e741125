public import HawserCore
import HawserMetadata
public import HawserQueue

/// Which jobs a list is to show; what is nil does not matter.
public struct JobQuery: Sendable {
    /// Those of one tenant.
    public var tenant: String?
    /// Those in one state.
    public var state: JobState?
    /// Those of one kind.
    public var kind: String?
    /// Those of one queue.
    public var queue: String?
    /// Those accepted at or after a time.
    public var since: Timestamp?
    /// Those older than a job: the last one of the page before.
    public var before: JobID?
    /// How many.
    public var limit = 100

    /// All jobs.
    public init() {}

    /// The query as MongoDB takes it.
    var filter: BSONDocument {
        var filter: BSONDocument = [:]
        if let tenant { filter["tenant"] = .string(tenant) }
        if let state { filter["state"] = .string(state.rawValue) }
        if let kind { filter["kind"] = .string(kind) }
        if let queue { filter["queue"] = .string(queue) }
        if let since { filter["created"] = ["$gte": .date(since)] }
        if let before { filter["_id"] = ["$lt": .string(before.text)] }
        return filter
    }
}

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

    init(
        sequence: Int, state: JobState, at: Timestamp, attempt: Int, worker: String?, error: JobError?, progress: JSON?
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
