import Synchronization

/// Wakes one waiting task; a signal given while nobody waits is kept for the next wait.
final class Signal: Sendable {
    private struct State {
        var isGiven = false
        var waiter: CheckedContinuation<Void, Never>?
        var round = 0
    }

    private let state = Mutex(State())

    /// Gives the signal.
    func give() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isGiven = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits for the signal, at most for a time.
    func wait(atMost limit: Duration?) async {
        let round = state.withLock { state -> Int in
            state.round += 1
            return state.round
        }
        var alarm: Task<Void, Never>?
        if let limit {
            alarm = Task { [self] in
                if (try? await Task.sleep(for: limit, tolerance: .milliseconds(1))) != nil { end(round) }
            }
        }
        await withCheckedContinuation { continuation in
            let isGiven = state.withLock { state -> Bool in
                guard !state.isGiven else {
                    state.isGiven = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isGiven { continuation.resume() }
        }
        alarm?.cancel()
    }

    /// Ends a wait whose time is over, if it is still that wait.
    private func end(_ round: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.round == round, let waiter = state.waiter else { return nil }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }
}
