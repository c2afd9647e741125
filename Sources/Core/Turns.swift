import Synchronization

/// So many at a time in this process; the others wait in line.
public final class Turns: Sendable {
    private struct State {
        var free: Int
        /// Those in line, and perhaps some that have left it.
        var waiting: [Waiter<Bool>] = []
    }

    private let state: Mutex<State>

    /// Turns for so many at a time.
    public init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Waits in line.
    ///
    /// - Parameter patience: how long; nil: until it is the caller's turn.
    /// - Returns: whether it is the caller's turn, who calls `leave` afterwards; false when the task was cancelled first.
    public func enter(within patience: Duration? = nil) async -> Bool {
        let waiter = Waiter<Bool>()
        let isFree = state.withLock { state in
            guard state.free == 0 else {
                state.free -= 1
                return true
            }
            state.waiting.removeAll(where: \.isDone)
            state.waiting.append(waiter)
            return false
        }
        if isFree { return true }
        return (try? await waiter.value(within: patience, else: .success(false))) ?? false
    }

    /// Ends a turn.
    public func leave() {
        state.withLock { state in
            while !state.waiting.isEmpty {
                // Who has left the line meanwhile is passed over.
                if state.waiting.removeFirst().resume(with: .success(true)) { return }
            }
            state.free += 1
        }
    }

    /// Does work when it is its turn.
    ///
    /// - Throws: what the work throws; `CancellationError` when the task is cancelled while it waits.
    public func use<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        guard await enter() else { throw CancellationError() }
        defer { leave() }
        return try await work()
    }
}
