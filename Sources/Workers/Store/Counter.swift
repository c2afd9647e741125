import Synchronization

/// Counts up, for callbacks that run at the same time.
final class Counter: Sendable {
    private let count: Atomic<Int>

    init(_ start: Int) {
        count = Atomic(start)
    }

    /// One more.
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
