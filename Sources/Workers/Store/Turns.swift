import Synchronization

/// So many at a time in this process; who comes when all are at it comes back later.
final class Turns: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) {
        free = Mutex(count)
    }

    /// Whether it is the caller's turn, who calls `leave` afterwards.
    func enter() -> Bool {
        free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    /// Ends a turn.
    func leave() {
        free.withLock { $0 += 1 }
    }
}
