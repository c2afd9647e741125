import Synchronization

/// The caller of one write: woken once, by the replies, an error or its own cancellation, whichever is first.
final class RedisWaiter: Sendable {
    private enum State {
        case fresh
        case waiting(CheckedContinuation<[RedisValue], any Error>)
        case done
    }

    private let state = Mutex(State.fresh)

    /// Whether nobody waits any more.
    var isDone: Bool {
        state.withLock { if case .done = $0 { true } else { false } }
    }

    /// Sets who is to be woken; false (and woken already) when the task was cancelled before.
    func attach(_ continuation: CheckedContinuation<[RedisValue], any Error>) -> Bool {
        let isLate = state.withLock { state in
            if case .done = state { return true }
            state = .waiting(continuation)
            return false
        }
        if isLate { continuation.resume(throwing: CancellationError()) }
        return !isLate
    }

    func finish(_ values: [RedisValue]) {
        take()?.resume(returning: values)
    }

    func fail(_ error: any Error) {
        take()?.resume(throwing: error)
    }

    private func take() -> CheckedContinuation<[RedisValue], any Error>? {
        state.withLock { state in
            defer { state = .done }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
    }
}
