import Dispatch
import Foundation
import Synchronization

/// Waits for the signals that ask a process to end.
public final class Termination: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    // Safe: never touched after `init`; kept only so that the sources live.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Takes INT and TERM from now on; they no longer end the process by themselves.
    public init() {
        sources = [SIGINT, SIGTERM].map { signal in
            Foundation.signal(signal, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: signal, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [weak self] in self?.arrived() }
            source.resume()
        }
    }

    /// Whether one has come.
    public var isRequested: Bool {
        state.withLock { $0.count > 0 }
    }

    /// Waits for the first of the signals; returns at once when one has come.
    public func wait() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state -> Bool in
                if state.count == 0 { state.waiters.append(continuation) }
                return state.count > 0
            }
            if isDone { continuation.resume() }
        }
    }

    private func arrived() {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.count += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
