import HawserCore
import Synchronization

/// Runs blocking calls of the driver on threads, and gives up on them together when MongoDB stops answering.
///
/// A call fails as unavailable when it has waited for `patience` and MongoDB has answered nothing at all for as long,
/// neither other calls nor a ping that is sent on a connection of its own when half of that time is over. So a burst
/// that queues behind busy threads, and a write that waits for a slow disk, are served however long it takes, but a dead
/// server costs no caller more than `patience`. After a failure the gate is closed: calls fail at once, except for one
/// at a time that tries whether MongoDB is back. A call given up while it waits for a thread is never sent.
final class CallGate: Sendable {
    private typealias Waiter = @Sendable (any Error) -> Void

    private struct Call {
        let operation: MongoOperation
        let started: ContinuousClock.Instant
        let isHurried: Bool
        let giveUp: Waiter
    }

    private struct State {
        var calls: [Int: Call] = [:]
        var next = 0
        var lastAnswer = ContinuousClock.now
        var isClosed = false
        var isProbing = false
        var isWatched = false
        var isPinging = false
    }

    private let pool: BlockingPool
    private let pingPool = BlockingPool(name: "mongodb-ping", threads: 1)
    private let patience: Duration
    private let ping: @Sendable () throws -> Void
    private let state = Mutex(State())

    /// A gate for so many calls at a time; `ping` is a blocking call that asks MongoDB for a sign of life.
    init(threads: Int, patience: Duration, ping: @escaping @Sendable () throws -> Void) {
        pool = BlockingPool(name: "mongodb", threads: threads)
        self.patience = patience
        self.ping = ping
    }

    /// Runs a call.
    ///
    /// - Parameters:
    ///   - operation: what it is, for errors.
    ///   - isHurried: whether the caller waits for it; false for index builds and the like, which may take long and
    ///     are bounded by the socket timeout alone.
    ///   - body: the blocking call.
    /// - Returns: what the call answers.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    func run<Value: Sendable>(
        _ operation: MongoOperation,
        isHurried: Bool,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let isProbe = try enter(operation)
        return try await withCheckedThrowingContinuation { continuation in
            let answer = Once<Value>(continuation)
            let id = register(operation, isHurried: isHurried) { answer.resume(throwing: $0) }
            Task {
                try? await pool.run { [self] in
                    guard isWanted(id) else { return finish(id, isProbe: isProbe, isAnswered: nil) }
                    let result = Result { try body() }
                    finish(id, isProbe: isProbe, isAnswered: !result.isUnavailable)
                    answer.resume(with: result)
                }
            }
        }
    }

    /// Whether this call is the probe of a closed gate; throws when it is closed for this call.
    private func enter(_ operation: MongoOperation) throws -> Bool {
        let isProbe: Bool? = state.withLock { state in
            guard state.isClosed else { return false }
            guard !state.isProbing else { return nil }
            state.isProbing = true
            return true
        }
        guard let isProbe else { throw operation.unavailable("it did not answer the calls before this one") }
        return isProbe
    }

    private func register(_ operation: MongoOperation, isHurried: Bool, _ giveUp: @escaping Waiter) -> Int {
        let (id, startsWatch) = state.withLock { state in
            state.next += 1
            state.calls[state.next] = Call(
                operation: operation,
                started: .now,
                isHurried: isHurried,
                giveUp: giveUp
            )
            let startsWatch = !state.isWatched
            state.isWatched = true
            return (state.next, startsWatch)
        }
        if startsWatch { Task { await watch() } }
        return id
    }

    private func isWanted(_ id: Int) -> Bool {
        state.withLock { $0.calls[id] != nil }
    }

    /// Takes a call off the books; `isAnswered` is nil when it was never sent.
    private func finish(_ id: Int, isProbe: Bool, isAnswered: Bool?) {
        state.withLock { state in
            state.calls[id] = nil
            if isProbe { state.isProbing = false }
            switch isAnswered {
            case true?:
                state.lastAnswer = .now
                state.isClosed = false
            case false?: state.isClosed = true
            case nil: break
            }
        }
    }

    /// Looks after the calls as long as there are any.
    private func watch() async {
        while true {
            try? await Task.sleep(for: patience / 14)
            let now = ContinuousClock.now
            if needsPing(at: now) {
                Task { try? await pingPool.run { [self] in answerPing() } }
            }
            for call in takeLost(at: now) {
                call.giveUp(call.operation.unavailable("no answer within \(patience)"))
            }
            let isDone = state.withLock { state in
                state.isWatched = !state.calls.isEmpty
                return !state.isWatched
            }
            if isDone { return }
        }
    }

    private func needsPing(at now: ContinuousClock.Instant) -> Bool {
        let deadline = now - patience / 2
        return state.withLock { state in
            guard !state.isPinging, state.lastAnswer < deadline,
                state.calls.values.contains(where: { $0.isHurried && $0.started < deadline })
            else { return false }
            state.isPinging = true
            return true
        }
    }

    private func answerPing() {
        let result = Result { try ping() }
        state.withLock { state in
            state.isPinging = false
            if case .success = result { state.lastAnswer = .now }
        }
    }

    private func takeLost(at now: ContinuousClock.Instant) -> [Call] {
        let deadline = now - patience
        return state.withLock { state in
            guard state.lastAnswer < deadline else { return [] }
            let lost = state.calls.filter { $0.value.isHurried && $0.value.started < deadline }
            for id in lost.keys { state.calls[id] = nil }
            if !lost.isEmpty { state.isClosed = true }
            return Array(lost.values)
        }
    }
}

extension Result {
    fileprivate var isUnavailable: Bool {
        if case .failure(let error) = self { error is MetadataUnavailable } else { false }
    }
}

/// A continuation that two may want to resume; the first wins.
private final class Once<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    func resume(with result: Result<Value, any Error>) {
        continuation.withLock { $0.take() }?.resume(with: result)
    }

    func resume(throwing error: any Error) {
        resume(with: .failure(error))
    }
}
