import Foundation
import Synchronization

/// Threads for calls that block (files, MongoDB's driver), so that they never hold a thread of Swift's own pool.
///
/// Work waits in a queue when all threads are busy. Threads are started on demand and live as long as the process.
public final class BlockingPool: Sendable {
    private struct State {
        var queue: [@Sendable () -> Void] = []
        var head = 0
        var threads = 0
        var idle = 0
    }

    private let name: String
    private let limit: Int
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    /// A pool.
    ///
    /// - Parameters:
    ///   - name: what its threads are called in `top -H` (at most 15 bytes are shown).
    ///   - threads: how many calls may block at the same time.
    public init(name: String, threads: Int) {
        self.name = name
        self.limit = max(1, threads)
    }

    /// Runs a blocking call on one of the pool's threads and waits for it without holding a thread.
    ///
    /// Cancelling the task does not stop the call; its result is delivered as usual.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }

    /// How many calls wait for a thread.
    public var backlog: Int {
        state.withLock { $0.queue.count - $0.head }
    }

    /// Runs a blocking call on one of the pool's threads, some time later.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state -> Bool in
            state.queue.append(work)
            guard state.idle < state.queue.count - state.head, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        if needsThread {
            let thread = Thread { [self] in serve() }
            thread.stackSize = 1 << 20
            thread.start()
        }
        signal.signal()
    }

    private func serve() -> Never {
        // Set from within: before the start it does not reach the system.
        Thread.current.name = name
        while true {
            state.withLock { $0.idle += 1 }
            signal.wait()
            let work = state.withLock { state -> (@Sendable () -> Void)? in
                state.idle -= 1
                guard state.head < state.queue.count else { return nil }
                let work = state.queue[state.head]
                state.head += 1
                if state.head > 1024, state.head * 2 > state.queue.count {
                    state.queue.removeFirst(state.head)
                    state.head = 0
                } else if state.head == state.queue.count {
                    state.queue.removeAll(keepingCapacity: true)
                    state.head = 0
                }
                return work
            }
            work?()
        }
    }
}
