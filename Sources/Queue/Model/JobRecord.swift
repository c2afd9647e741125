public import HawserCore

/// All that is known of a job.
public struct JobRecord: Sendable, Equatable {
    /// Its id.
    public var id: JobID
    /// The queue it is or was in.
    public var queue: QueueName
    /// What it does, dotted: `webhook.deliver`.
    public var kind: String
    /// Who owns it.
    public var tenant: String
    /// What it was given.
    public var arguments: JSON
    /// The locks it needs to run.
    public var locks: [String]
    /// Where it is in its life.
    public var state: JobState
    /// Counts its changes; the ids of its events.
    public var sequence: Int
    /// The number of the last lease.
    public var fence: Int
    /// Attempts that have begun; those that a poll, a lost lease or a graceful stop ended are not counted.
    public var attempt: Int
    /// How many attempts it may have.
    public var maxAttempts: Int
    /// Leases lost in a row (the worker died or stalled).
    public var lostLeases: Int
    /// 0 (last) to 9 (first).
    public var priority: Int
    /// When it was accepted.
    public var created: Timestamp
    /// When it changed last.
    public var changed: Timestamp
    /// When it is due, for the states scheduled, retrying and waiting.
    public var runAt: Timestamp?
    /// When it is given up.
    public var deadline: Timestamp?
    /// The worker that holds its lease.
    public var worker: String?
    /// Whether somebody asked for its end.
    public var isCancelRequested: Bool
    /// What came of it.
    public var result: JSON?
    /// Why its last attempt failed, or it was given up.
    public var error: JobError?
    /// How far it is, in the kind's own words.
    public var progress: JSON?
    /// Its steps.
    public var journal: Journal

    /// Makes a record of all its parts.
    public init(
        id: JobID,
        queue: QueueName,
        kind: String,
        tenant: String,
        arguments: JSON,
        locks: [String],
        state: JobState,
        sequence: Int,
        fence: Int,
        attempt: Int,
        maxAttempts: Int,
        lostLeases: Int,
        priority: Int,
        created: Timestamp,
        changed: Timestamp,
        runAt: Timestamp?,
        deadline: Timestamp?,
        worker: String?,
        isCancelRequested: Bool,
        result: JSON?,
        error: JobError?,
        progress: JSON?,
        journal: Journal
    ) {
        self.id = id
        self.queue = queue
        self.kind = kind
        self.tenant = tenant
        self.arguments = arguments
        self.locks = locks
        self.state = state
        self.sequence = sequence
        self.fence = fence
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.lostLeases = lostLeases
        self.priority = priority
        self.created = created
        self.changed = changed
        self.runAt = runAt
        self.deadline = deadline
        self.worker = worker
        self.isCancelRequested = isCancelRequested
        self.result = result
        self.error = error
        self.progress = progress
        self.journal = journal
    }

    /// Puts a record together from what Redis keeps.
    init(
        id: JobID,
        queue: QueueName,
        state: JobStateRecord,
        body: JobBody,
        result: JSON?,
        error: JobError?,
        progress: JSON?,
        journal: Journal
    ) {
        self.init(
            id: id,
            queue: queue,
            kind: body.kind,
            tenant: state.tenant,
            arguments: body.argumentsJSON,
            locks: body.locks,
            state: state.state,
            sequence: state.sequence,
            fence: state.fence,
            attempt: state.attempt,
            maxAttempts: state.maxAttempts,
            lostLeases: state.lost,
            priority: state.priority,
            created: state.created,
            changed: state.changed,
            runAt: state.runAt,
            deadline: state.deadline,
            worker: state.worker.isEmpty ? nil : state.worker,
            isCancelRequested: state.flags.contains(.cancel),
            result: result,
            error: state.state == .succeeded ? nil : error,
            progress: progress,
            journal: journal
        )
    }
}
