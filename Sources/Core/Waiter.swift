import Synchronization

/// One task that waits for a value somebody else brings, or until it is cancelled.
public final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case done(Result<Value, any Error>)
    }

    private let state = Mutex(State.new)

    /// One that nobody waits at yet.
    public init() {}

    /// Whether nobody waits any more.
    public var isDone: Bool {
        state.withLock { state in
            if case .done = state { true } else { false }
        }
    }

    /// Brings the value; only the first one counts.
    ///
    /// - Returns: whether it was the first.
    @discardableResult
    public func resume(with result: Result<Value, any Error>) -> Bool {
        let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
            let before = state
            if case .done = before { return (false, nil) }
            state = .done(result)
            if case .waiting(let continuation) = before { return (true, continuation) }
            return (true, nil)
        }
        continuation?.resume(with: result)
        return isFirst
    }

    /// Waits for so long at most; for one task, once.
    ///
    /// - Parameters:
    ///   - limit: how long; nil: as long as it takes.
    ///   - late: what is brought then, when nothing was before.
    /// - Returns: the value.
    /// - Throws: what was brought instead of a value; `CancellationError`.
    public func value(within limit: Duration?, else late: Result<Value, any Error>) async throws -> Value {
        let timer = limit.map { limit in
            Task {
                try await Task.sleep(for: limit)
                resume(with: late)
            }
        }
        defer { timer?.cancel() }
        return try await value()
    }

    /// Waits; for one task, once.
    ///
    /// - Throws: what was brought instead of a value; `CancellationError`.
    public func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> Result<Value, any Error>? in
                    if case .done(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }
}
