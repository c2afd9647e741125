import HawserCore
import Synchronization

/// News of many things by one list call per interval, however many callers ask.
///
/// A caller says how new the news must be. What is there and new enough is its answer; else it waits for the next
/// listing that begins after that moment, together with all others who wait. An error reaches all who wait for that
/// listing. What was listed is forgotten when nobody has asked for a while.
public final class StatusListing<Item: Sendable>: Sendable {
    private struct Listed: Sendable {
        let startedAt: ContinuousClock.Instant
        let items: [String: Item]
    }

    private struct Caller {
        let after: ContinuousClock.Instant
        let waiter: Waiter<[String: Item]>
    }

    private struct State {
        var listed: Listed?
        var callers: [Caller] = []
        var isRunning = false
        var lastStart: ContinuousClock.Instant?
        var askedAt = ContinuousClock.now
        var count = 0
    }

    private let interval: Duration
    private let keep: Duration
    private let list: @Sendable () async throws -> [String: Item]
    private let state = Mutex(State())

    /// Nothing listed yet.
    ///
    /// - Parameters:
    ///   - interval: the least time from the start of one listing to that of the next.
    ///   - keep: how long what was listed is kept when nobody asks; nil is ten intervals.
    ///   - list: lists all things by their ids.
    public init(
        interval: Duration,
        keep: Duration? = nil,
        list: @escaping @Sendable () async throws -> [String: Item]
    ) {
        self.interval = interval
        self.keep = keep ?? interval * 10
        self.list = list
    }

    /// How many listings there were.
    public var listingCount: Int { state.withLock { $0.count } }

    /// How many callers wait now.
    public var waitingCount: Int { state.withLock { $0.callers.count } }

    /// Whether something listed is kept.
    public var isHolding: Bool { state.withLock { $0.listed != nil } }

    /// A thing as a listing shows it that began after a moment; nil when that listing does not have it.
    ///
    /// - Parameters:
    ///   - id: its id.
    ///   - moment: the moment the news must be newer than; after a change of one's own, the time its answer came.
    /// - Returns: the thing as listed, or nil.
    /// - Throws: what the listing throws; `CancellationError`.
    public func status(of id: String, newerThan moment: ContinuousClock.Instant) async throws -> Item? {
        let waiter = Waiter<[String: Item]>()
        let (ready, starts) = state.withLock { state -> ([String: Item]?, Bool) in
            state.askedAt = .now
            if let listed = state.listed, listed.startedAt > moment { return (listed.items, false) }
            state.callers.append(Caller(after: moment, waiter: waiter))
            defer { state.isRunning = true }
            return (nil, !state.isRunning)
        }
        if let ready { return ready[id] }
        if starts { Task.detached { [self] in await run() } }
        return try await waiter.value()[id]
    }

    /// Lists as long as somebody waits, then keeps what was listed for a while.
    private func run() async {
        while true {
            let (next, isWanted, mayForgetAt) = state.withLock { state in
                // Those whose task was cancelled need no listing.
                state.callers.removeAll { $0.waiter.isDone }
                return (state.lastStart.map { $0 + interval }, !state.callers.isEmpty, state.askedAt + keep)
            }
            if isWanted {
                if let next, next > .now {
                    // Looked at again after that: those who waited may have left.
                    try? await Task.sleep(until: next, clock: .continuous)
                } else {
                    await listOnce()
                }
                continue
            }
            // The task ends here; a caller that comes after this look starts another one.
            let isOver = state.withLock { state in
                guard state.callers.isEmpty else { return false }
                state.isRunning = false
                return true
            }
            guard isOver else { continue }
            forgetLater(at: mayForgetAt)
            return
        }
    }

    private func listOnce() async {
        let startedAt = ContinuousClock.now
        state.withLock { state in
            state.lastStart = startedAt
            state.count += 1
        }
        let result: Result<[String: Item], any Error>
        do {
            result = .success(try await list())
        } catch {
            result = .failure(error)
        }
        let served = state.withLock { state in
            if case .success(let items) = result { state.listed = Listed(startedAt: startedAt, items: items) }
            let served = state.callers.filter { $0.after < startedAt }
            state.callers.removeAll { $0.after < startedAt }
            return served
        }
        for caller in served { caller.waiter.resume(with: result) }
    }

    private func forgetLater(at moment: ContinuousClock.Instant) {
        Task.detached { [weak self] in
            try? await Task.sleep(until: moment, clock: .continuous)
            guard let self else { return }
            let again = state.withLock { state -> ContinuousClock.Instant? in
                if state.isRunning || state.listed == nil { return nil }
                guard state.askedAt + keep <= .now else { return state.askedAt + keep }
                state.listed = nil
                return nil
            }
            if let again { forgetLater(at: again) }
        }
    }
}
