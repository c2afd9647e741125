import HawserCore
import Synchronization

/// News of many things by one list call per interval, however many ask.
///
/// Who asks says how new the news must be. What is there and new enough is the answer. Else the things are listed, as soon
/// as the pace allows, for all who ask, and they are told when to come back. An error reaches all who asked for that
/// listing. What was listed is forgotten when nobody has asked for a while.
public final class StatusListing<Item: Sendable>: Sendable {
    /// What came of a listing.
    private struct Outcome: Sendable {
        let startedAt: ContinuousClock.Instant
        let endedAt: ContinuousClock.Instant
        let result: Result<[String: Item], any Error>
    }

    private struct State {
        var outcome: Outcome?
        /// The latest moment that somebody wants news from after.
        var wanted: ContinuousClock.Instant?
        /// Those who were told to come back, and since when they wait: a listing that began later is theirs.
        var askers: [String: ContinuousClock.Instant] = [:]
        var isRunning = false
        var isListing = false
        var pace: ListingPace
        var askedAt = ContinuousClock.now
        var count = 0
    }

    /// The least time until somebody is asked to come back.
    private static var patience: Duration { .milliseconds(50) }
    /// How many of them are known at most: some come back elsewhere.
    private static var most: Int { 100_000 }

    private let keep: Duration
    private let list: @Sendable () async throws -> [String: Item]
    private let state: Mutex<State>

    /// Nothing listed yet.
    ///
    /// - Parameters:
    ///   - interval: the time from the start of one listing to that of the next, in the long run; see `ListingPace`.
    ///   - keep: how long what was listed is kept when nobody asks; nil is ten intervals.
    ///   - list: lists all things by their ids.
    public init(
        interval: Duration,
        keep: Duration? = nil,
        list: @escaping @Sendable () async throws -> [String: Item]
    ) {
        self.keep = keep ?? interval * 10
        self.list = list
        state = Mutex(State(pace: ListingPace(interval: interval)))
    }

    /// How many listings there were.
    public var listingCount: Int { state.withLock { $0.count } }

    /// Whether something listed is kept.
    public var isHolding: Bool { state.withLock { $0.outcome != nil } }

    /// A thing as a listing shows it that is new enough; nil when that listing does not have it.
    ///
    /// - Parameters:
    ///   - id: its id.
    ///   - fresh: how new the news must be.
    /// - Returns: the thing as listed, or nil.
    /// - Throws: `NewsToCome` when there is no such listing yet, one of which was then asked for; what a listing throws
    ///   that was made for this one.
    public func status(of id: String, fresh: Freshness) throws -> Item? {
        try items(fresh).get()[id]
    }

    /// Notes that somebody has what it asked for: what it asks next is another question.
    public func answered(_ asker: String) {
        state.withLock { $0.askers[asker] = nil }
    }

    private func items(_ fresh: Freshness) -> Result<[String: Item], any Error> {
        let now = ContinuousClock.now
        let (result, starts) = state.withLock { state -> (Result<[String: Item], any Error>, Bool) in
            state.askedAt = now
            if let outcome = state.outcome, outcome.startedAt > fresh.after {
                // Who comes late, in a worker with much to do, would else find each listing too old that is made for it.
                let isMadeForIt = state.askers[fresh.asker].map { outcome.startedAt >= $0 } ?? false
                let isYoung = now - outcome.endedAt <= fresh.within
                if isMadeForIt || isYoung && (try? outcome.result.get()) != nil { return (outcome.result, false) }
            }
            if state.askers.count >= Self.most { state.askers = [:] }
            if state.isListing, let start = state.pace.lastStart, start > fresh.after {
                if state.askers[fresh.asker] == nil { state.askers[fresh.asker] = start }
                let passed = now - start
                let left = passed < state.pace.cost ? state.pace.cost - passed : passed / 4
                return (.failure(NewsToCome(after: max(left, Self.patience))), false)
            }
            if state.askers[fresh.asker] == nil { state.askers[fresh.asker] = now }
            state.wanted = max(state.wanted ?? fresh.after, fresh.after)
            // The one under way began too early.
            let free = state.isListing ? (state.pace.lastStart ?? now) + state.pace.cost : now
            let start = max(now, free, state.pace.nextStart ?? now)
            defer { state.isRunning = true }
            let after = max(start - now + state.pace.cost, Self.patience)
            return (.failure(NewsToCome(after: after)), !state.isRunning)
        }
        if starts { Task.detached { [self] in await run() } }
        return result
    }

    /// Lists as long as somebody asks for it, then keeps what was listed for a while.
    private func run() async {
        while true {
            let (next, isWanted, mayForgetAt) = state.withLock { state in
                (state.pace.nextStart, state.wanted != nil, state.askedAt + keep)
            }
            if isWanted {
                if let next, next > .now {
                    try? await Task.sleep(until: next, clock: .continuous)
                } else {
                    await listOnce()
                }
                continue
            }
            // The task ends here; who asks after this look starts another one.
            let isOver = state.withLock { state in
                guard state.wanted == nil else { return false }
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
            state.pace.start(at: startedAt)
            state.isListing = true
            state.count += 1
            if let wanted = state.wanted, wanted < startedAt { state.wanted = nil }
        }
        let result: Result<[String: Item], any Error>
        do {
            result = .success(try await list())
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            let now = ContinuousClock.now
            state.isListing = false
            state.pace.end(at: now)
            state.outcome = Outcome(startedAt: startedAt, endedAt: now, result: result)
        }
    }

    private func forgetLater(at moment: ContinuousClock.Instant) {
        Task.detached { [weak self] in
            try? await Task.sleep(until: moment, clock: .continuous)
            guard let self else { return }
            let again = state.withLock { state -> ContinuousClock.Instant? in
                if state.isRunning || state.outcome == nil { return nil }
                guard state.askedAt + keep <= .now else { return state.askedAt + keep }
                state.outcome = nil
                state.askers = [:]
                return nil
            }
            if let again { forgetLater(at: again) }
        }
    }
}
