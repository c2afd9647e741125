import HawserCore

/// So many at a time; the others wait in the order they came in.
actor Slots {
    private var free: Int
    private var waiting: [Waiter<Void>] = []

    init(_ count: Int) {
        free = count
    }

    /// Does work in a slot.
    ///
    /// - Throws: what the work throws; `CancellationError` when the task is cancelled while it waits.
    func use<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        if free > 0 {
            free -= 1
        } else {
            let waiter = Waiter<Void>()
            waiting.append(waiter)
            do {
                try await waiter.value()
            } catch {
                // Given up before its turn came; or the turn came at the same moment, and is passed on.
                if let place = waiting.firstIndex(where: { $0 === waiter }) {
                    waiting.remove(at: place)
                } else {
                    leave()
                }
                throw error
            }
        }
        defer { leave() }
        return try await work()
    }

    private func leave() {
        guard !waiting.isEmpty else { return free += 1 }
        waiting.removeFirst().resume(with: .success(()))
    }
}
