import Synchronization

/// Work that is done once for all who ask for it while it is under way.
///
/// A caller whose task is cancelled stops to wait; the work goes on for the others.
public final class SingleFlight<Value: Sendable>: Sendable {
    private struct State {
        var isFlying = false
        var waiting: [Waiter<Value>] = []
    }

    private let state = Mutex(State())

    /// No work yet.
    public init() {}

    /// Joins the work under way, or starts it.
    ///
    /// - Throws: what the work throws; `CancellationError`.
    public func run(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let waiter = Waiter<Value>()
        let starts = state.withLock { state in
            state.waiting.append(waiter)
            defer { state.isFlying = true }
            return !state.isFlying
        }
        if starts { Task.detached { [self] in await fly(work) } }
        return try await waiter.value()
    }

    private func fly(_ work: @Sendable () async throws -> Value) async {
        let result: Result<Value, any Error>
        do {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        let waiting = state.withLock { state in
            state.isFlying = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(with: result) }
    }
}
