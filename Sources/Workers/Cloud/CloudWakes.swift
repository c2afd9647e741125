public import HawserCloud
import HawserCore
public import HawserQueue
import Synchronization

/// Wakes waiting jobs when the cloud tells of the end of what they wait for.
///
/// Every worker process hears all notifications and wakes the jobs that it let wait itself. A job says what it waits for
/// before it looks, and what was told shortly before is remembered: so an end is seen by the look, or it wakes the job.
/// Where that fails (the process died, the notification was lost) the job's next look finds it.
public final class CloudWakes: Sendable {
    /// Makes jobs look at once.
    public typealias Wake = @Sendable (_ jobs: [JobID], _ queue: QueueName) async throws -> Woken

    private struct State {
        var isConnected = false
        var notices = RecentNotices()
        var jobs = WaitingJobs()
        var isWaking = false
        var sweptAt = ContinuousClock.now
        var woken = Woken()

        /// Whether somebody has to begin to wake jobs.
        mutating func startsWaking() -> Bool {
            guard !isWaking, jobs.hasPending else { return false }
            isWaking = true
            return true
        }
    }

    /// How long ends are gathered: those of one job come together, and one call wakes many jobs.
    private static let gathering = Duration.milliseconds(50)
    /// What waits here for so long without having looked again is waiting elsewhere or over.
    private static let forgotten = Duration.seconds(60)
    /// How far apart the clocks may be of a machine that noted when something was asked and of this one, in seconds.
    private static let skew = 0.1

    private let wake: Wake
    private let log = Log("wakes")
    private let state = Mutex(State())

    /// Nothing told yet.
    ///
    /// - Parameter wake: makes jobs look at once, and answers how many it found.
    public init(wake: @escaping Wake) {
        self.wake = wake
    }

    /// How many jobs were made to look: those that were waiting, and those that were just running, perhaps for a look
    /// too early.
    public var count: Woken { state.withLock { $0.woken } }

    /// How many jobs this process would wake.
    public var waitingCount: Int { state.withLock { $0.jobs.count } }

    /// Notes that notifications come from now on, or that they do not: then all who rely on them look for themselves.
    public func connected(_ isConnected: Bool) {
        let starts = state.withLock { state in
            state.isConnected = isConnected
            // What was told meanwhile is not known.
            state.notices = RecentNotices()
            if !isConnected { state.jobs.endAll() }
            return state.startsWaking()
        }
        if starts { begin() }
    }

    /// Hears a notification.
    public func hear(_ notice: CloudNotice) {
        let starts = state.withLock { state in
            state.notices.note(notice, at: .now)
            if notice.isEnd { state.jobs.end(of: notice.thing) }
            return state.startsWaking()
        }
        if starts { begin() }
    }

    /// Notes that a job waits for the end of things, until it says so again, is woken or is forgotten.
    ///
    /// - Parameters:
    ///   - things: what it waits for; it is woken when the end of the last of them is told.
    ///   - job: the job.
    ///   - queue: the queue it is in.
    ///   - asked: a moment before the cloud was asked; what was told earlier does not count.
    /// - Returns: what was told since then; nil while notifications do not come.
    func expect(
        _ things: [CloudThing],
        job: JobID,
        queue: QueueName,
        since asked: Timestamp
    ) -> CloudOutlook? {
        let now = ContinuousClock.now
        let asked = now - .seconds(Timestamp.now.seconds(since: asked) + Self.skew)
        return state.withLock { state in
            guard state.isConnected else { return nil }
            if now - state.sweptAt > Self.forgotten {
                state.jobs.remove(before: now - Self.forgotten)
                state.sweptAt = now
            }
            let told = things.map { thing in state.notices[thing].flatMap { $0.last > asked ? $0 : nil } }
            let ends = told.map { $0?.end.flatMap { $0 > asked ? $0 : nil } }
            let left = Set(zip(things, ends).filter { $0.1 == nil }.map(\.0))
            state.jobs.add(job, .init(queue: queue, things: things, left: left, since: now))
            return CloudOutlook(
                isTold: told.allSatisfy { $0 != nil },
                isOver: left.isEmpty,
                lastEnd: ends.compactMap(\.self).max()
            )
        }
    }

    /// Notes that a job waits no more.
    func forget(_ job: JobID) { state.withLock { $0.jobs.remove(job) } }

    /// Returns when all that are to be woken are, after a second at the latest.
    public func drain() async {
        let limit = ContinuousClock.now + .seconds(1)
        while state.withLock(\.isWaking), ContinuousClock.now < limit { try? await Task.sleep(for: .milliseconds(10)) }
    }

    private func begin() {
        Task { await run() }
    }

    /// Wakes jobs until none are left to wake.
    private func run() async {
        var isOver = false
        while !isOver {
            try? await Task.sleep(for: Self.gathering)
            let batch = state.withLock { $0.jobs.take() }
            for (queue, jobs) in batch {
                do {
                    let woken = try await wake(jobs, queue)
                    state.withLock { state in
                        state.woken.waiting += woken.waiting
                        state.woken.running += woken.running
                    }
                } catch {
                    // They look by themselves later.
                    log.debug("not woken", ["queue": queue, "jobs": jobs.count, "error": "\(error)"])
                }
            }
            isOver = state.withLock { state in
                state.isWaking = state.jobs.hasPending
                return !state.isWaking
            }
        }
    }
}
