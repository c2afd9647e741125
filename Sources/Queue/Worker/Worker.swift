import HawserCore
import HawserRedis
import Synchronization

/// Runs jobs: claims them, runs their handlers, settles what came of them, renews their leases.
///
/// ```swift
/// let worker = Worker(queues, handlers: [Greeter()])
/// try await worker.run()      // until stop() is called
/// ```
/// One worker per process is enough: it runs `concurrency` jobs at a time.
public final class Worker: Sendable {
    struct Running: Sendable {
        let attempt: Attempt
        var task: Task<Void, Never>?
        let timeout: ContinuousClock.Instant
    }

    /// What the loop knows of a queue.
    struct Lane: Sendable {
        let queue: QueueName
        /// Whether there may be ready jobs.
        var isReady = true
        /// When to look again without being woken.
        var nextLook = ContinuousClock.now
    }

    struct State: Sendable {
        var running: [JobID: Running] = [:]
        var finished: [Settlement] = []
        var isStopping = false
    }

    /// What a worker has done since it was made.
    public struct Counts: Sendable {
        /// Attempts that ended, by what came of them.
        public var settled: [String: Int] = [:]
        /// Results that came after the lease was lost.
        public var refused = 0
        /// Jobs running now.
        public var running = 0
    }

    let queues: JobQueues
    let options: WorkerOptions
    let handlers: [String: AnyHandler]
    let state = Mutex(State())
    let signal = Signal()
    let log: Log
    private let counters = Mutex(Counts())
    private let onAttempt: (@Sendable (_ kind: String, _ outcome: String, _ seconds: Double) -> Void)?

    /// The longest a worker waits without looking: a wake-up may have been lost with a connection.
    private var idle: Duration { min(.seconds(5), options.lease / 2) }

    /// A worker.
    ///
    /// - Parameters:
    ///   - queues: whose jobs it runs.
    ///   - handlers: one for each kind it can do; of two for one kind the last counts.
    ///   - options: queues, concurrency, lease.
    ///   - onAttempt: told of each attempt that ended: kind, outcome, seconds; for metrics.
    public init(
        _ queues: JobQueues,
        handlers: [any JobHandler],
        options: WorkerOptions = WorkerOptions(),
        onAttempt: (@Sendable (_ kind: String, _ outcome: String, _ seconds: Double) -> Void)? = nil
    ) {
        self.queues = queues
        self.options = options
        self.onAttempt = onAttempt
        let erased = handlers.map { handler in AnyHandler(handler) }
        self.handlers = Dictionary(erased.map { ($0.name, $0) }) { _, last in last }
        log = Log("worker").with(["worker": options.name])
    }

    /// What it has done so far.
    public var counts: Counts {
        var counts = counters.withLock { $0 }
        counts.running = state.withLock { $0.running.count }
        return counts
    }

    /// Works until `stop` is called and what was running is settled.
    ///
    /// - Throws: `QueueError.unsafeServer` at the start, when this Redis may drop keys. Later failures of Redis are
    ///   waited out.
    public func run() async throws {
        try await queues.checkServer()
        try await queues.introduce(options.queues)
        log.info(
            "started",
            ["queues": options.queues.map(\.text).joined(separator: ","), "slots": options.concurrency]
        )
        let heart = Task { await beat() }
        let broom = Task { await sweep() }
        await loop()
        heart.cancel()
        broom.cancel()
        await heart.value
        await broom.value
        await queues.retire(worker: options.name)
        log.info("stopped")
    }

    /// Stops: claims nothing more, gives what runs `options.grace`, then cuts it off and hands it back.
    public func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        log.info("stopping", ["running": state.withLock { $0.running.count }])
        signal.give()
        Task {
            try? await Task.sleep(for: options.grace)
            halt(.shutdown)
            // A handler that does not heed cancellation is not waited for: its job is handed back all the same.
            try? await Task.sleep(for: .seconds(3))
            for running in state.withLock({ Array($0.running.values) }) {
                let claim = running.attempt.claim
                finish(
                    running.attempt,
                    Settlement(id: claim.id, queue: claim.queue, fence: claim.record.fence, outcome: .handBack),
                    seconds: 0
                )
            }
        }
    }

    // MARK: The loop

    private func loop() async {
        var lanes = options.queues.map { Lane(queue: $0) }
        let waker = Waker(queues: options.queues, client: queues.redis, signal: signal, idle: idle)
        var turn = 0
        var backoff = 0.05
        while true {
            let (finished, free, isStopping, isEmpty) = state.withLock { state in
                defer { state.finished.removeAll() }
                let isEmpty = state.running.isEmpty && state.finished.isEmpty
                return (state.finished, options.concurrency - state.running.count, state.isStopping, isEmpty)
            }
            if isStopping && isEmpty { break }
            var slots = isStopping ? 0 : free
            var settle = Dictionary(grouping: finished, by: \.queue)
            for queue in waker.heard() {
                if let at = lanes.firstIndex(where: { $0.queue == queue }) { lanes[at].isReady = true }
            }
            var hasWorked = false
            turn += 1
            for offset in lanes.indices {
                // Each round begins with another queue, so that none starves the others.
                let at = (offset + turn) % lanes.count
                let mine = settle.removeValue(forKey: lanes[at].queue) ?? []
                let isDue = lanes[at].isReady || lanes[at].nextLook <= .now
                // A wake-up that was heard with no slot free is passed on by a turn that claims nothing.
                let isToPassOn = slots == 0 && waker.takePending(lanes[at].queue)
                guard !mine.isEmpty || (isDue && slots > 0) || isToPassOn else { continue }
                do {
                    let reply = try await queues.turn(
                        lanes[at].queue,
                        worker: options.name,
                        lease: options.lease,
                        settle: mine,
                        want: slots
                    )
                    check(reply, mine)
                    start(reply.claims)
                    if !reply.unreadable.isEmpty { state.withLock { $0.finished += reply.unreadable } }
                    slots -= reply.claims.count
                    lanes[at].isReady = reply.isMoreReady
                    lanes[at].nextLook = .now + min(reply.next ?? idle, idle)
                    if slots > 0 { waker.clear(lanes[at].queue) }
                    hasWorked = true
                    backoff = 0.05
                } catch {
                    log.warning("turn failed", ["queue": lanes[at].queue, "error": "\(error)"])
                    // Not known whether it was settled: said again, the fence sorts it out.
                    state.withLock { $0.finished += mine }
                    for left in settle.values { state.withLock { $0.finished += left } }
                    settle = [:]
                    lanes[at].isReady = true
                    try? await Task.sleep(for: .seconds(backoff * Double.random(in: 0.5...1)))
                    backoff = min(backoff * 2, 2)
                    break
                }
            }
            guard !hasWorked, state.withLock({ $0.finished.isEmpty }) else { continue }
            if slots > 0 {
                waker.listen()
                let next = lanes.map(\.nextLook).min() ?? .now
                await signal.wait(atMost: max(.milliseconds(1), next - .now))
            } else {
                await signal.wait(atMost: nil)
            }
        }
        await waker.end()
        // A marker this worker took and did not use is passed on.
        for lane in lanes {
            _ = try? await queues.turn(lane.queue, worker: options.name, lease: options.lease, settle: [], want: 0)
        }
    }

    private func check(_ reply: TurnReply, _ settled: [Settlement]) {
        guard reply.accepted.contains(false) else { return }
        for (settlement, isAccepted) in zip(settled, reply.accepted) where !isAccepted {
            counters.withLock { $0.refused += 1 }
            log.warning(
                "late result refused",
                ["job": settlement.id, "fence": settlement.fence, "outcome": "\(settlement.outcome)"]
            )
        }
    }

    private func start(_ claims: [Claim]) {
        for claim in claims {
            let handler = handlers[claim.body.kind]
            let attempt = Attempt(claim, handler: handler, queues: queues)
            let timeout = ContinuousClock.now + (handler?.attemptTimeout ?? .seconds(60))
            state.withLock { $0.running[claim.id] = Running(attempt: attempt, task: nil, timeout: timeout) }
            let task = Task { [self] in
                let began = ContinuousClock.now
                let settlement = await attempt.run()
                finish(attempt, settlement, seconds: (ContinuousClock.now - began).seconds)
            }
            state.withLock { $0.running[claim.id]?.task = task }
            // What was to be cut off before its task was known is cut off now.
            if attempt.isHalted { task.cancel() }
        }
    }

    /// Takes an attempt off the list of the running ones and notes what is to be settled.
    private func finish(_ attempt: Attempt, _ settlement: Settlement?, seconds: Double) {
        let isMine = state.withLock { state -> Bool in
            guard let running = state.running[attempt.claim.id], running.attempt === attempt else { return false }
            state.running[attempt.claim.id] = nil
            if let settlement { state.finished.append(settlement) }
            return true
        }
        guard isMine else { return }
        let outcome = settlement.map { "\($0.outcome)" } ?? "lost"
        counters.withLock { $0.settled[outcome, default: 0] += 1 }
        onAttempt?(attempt.claim.body.kind, outcome, seconds)
        signal.give()
    }

    /// Cuts off attempts.
    func halt(_ reason: Attempt.Stop, where condition: (Running) -> Bool = { _ in true }) {
        for running in state.withLock({ $0.running.values.filter(condition) }) {
            running.attempt.halt(reason)
            running.task?.cancel()
        }
    }
}
