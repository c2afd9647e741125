public import HawserCore
import Synchronization

/// What a handler has of its job while it runs: who and what it is, steps, polls and progress.
public final class JobContext: Sendable {
    /// Whether the job goes forward or is taken back.
    enum Mode: Sendable {
        case forward
        case undoing
    }

    /// A step that has begun and can be taken back.
    struct Undo: Sendable {
        let step: String
        let run: @Sendable () async throws -> Void
    }

    struct State: Sendable {
        var journal: Journal
        var undos: [Undo] = []
        var lastProgress: ContinuousClock.Instant?
        /// What was thinned out since.
        var untold: JSON?
    }

    let claim: Claim
    let mode: Mode
    let queues: JobQueues
    let state: Mutex<State>

    init(_ claim: Claim, mode: Mode, journal: Journal, queues: JobQueues) {
        self.claim = claim
        self.mode = mode
        self.queues = queues
        state = Mutex(State(journal: journal))
    }

    /// The job's id: put it into the metadata or name of what is made outside, so that it can be found again.
    public var id: JobID { claim.id }
    /// Who owns the job.
    public var tenant: String { claim.record.tenant }
    /// The queue it came from.
    public var queue: QueueName { claim.queue }
    /// Which attempt this is, from 1.
    public var attempt: Int { claim.record.attempt }
    /// How many attempts the job may have.
    public var maxAttempts: Int { claim.record.maxAttempts }
    /// When the job was accepted.
    public var created: Timestamp { claim.record.created }

    /// A moment before anything was asked for that the next poll waits for: the end of the poll before, or when the job
    /// was accepted.
    public var askedSince: Timestamp { journal.lastPolled ?? created }

    /// Seconds since a poll began, in this run or an earlier one; nil when it has not.
    public func passed(since poll: String) -> Double? {
        journal.entry(poll, .polling).map { Timestamp.now.seconds(since: $0.at) }
    }

    /// Tells those who watch how far the job is, in the kind's own words: `{"done": 3, "total": 10}`.
    ///
    /// More than five a second are thinned out; the last one is told when the handler comes back.
    ///
    /// - Throws: `QueueError.leaseLost`; `RedisUnavailable`.
    public func progress(_ progress: JSON) async throws {
        guard mode == .forward else { return }
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastProgress, now - last < .milliseconds(200) {
                state.untold = progress
                return false
            }
            (state.lastProgress, state.untold) = (now, nil)
            return true
        }
        if isDue { try await queues.report(progress, of: claim) }
    }

    /// Tells what was thinned out last, if it was the last of all: a courtesy, of which nothing depends.
    func tellLastProgress() async {
        guard let untold = state.withLock({ $0.untold.take() }) else { return }
        try? await queues.report(untold, of: claim)
    }

    /// Writes a line of the journal, here and in Redis.
    func write(_ entry: Journal.Entry, undoable: Bool = false) async throws {
        try await queues.append(entry, to: claim, undoable: undoable)
        state.withLock { $0.journal.append(entry) }
    }

    var journal: Journal { state.withLock { $0.journal } }

    func register(_ undo: Undo) {
        state.withLock { $0.undos.append(undo) }
    }
}

/// Thrown by the check of a poll that cannot look yet: it is done again after a while, without holding a slot.
public struct LookAgain: Error, Sendable {
    /// Seconds until then.
    public let after: Double

    /// Looks again after so many seconds.
    public init(after: Double) {
        self.after = after
    }
}

/// Leaves a handler without a result; never seen outside the engine.
enum Unwinding: Error {
    /// The outside world is at work: come back in so many seconds.
    case wait(Double)
    /// The job is being undone, and this step was never begun.
    case notBegun
}
