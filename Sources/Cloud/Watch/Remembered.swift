import HawserCore
import Synchronization

/// Things read one by one, each once for all who need it within a while; what could not be read is not remembered.
final class Remembered<Value: Sendable>: Sendable {
    private struct Entry {
        let flight = SingleFlight<Value>()
        var value: Value?
        var readAt = ContinuousClock.now
    }

    private let span: Duration
    private let bound: Int
    private let read: @Sendable (String) async throws -> Value
    private let entries = Mutex<[String: Entry]>([:])

    /// Nothing read yet.
    ///
    /// - Parameters:
    ///   - span: how long something is remembered.
    ///   - bound: how many things are.
    ///   - read: reads a thing by its id.
    init(for span: Duration, bound: Int = 1000, read: @escaping @Sendable (String) async throws -> Value) {
        self.span = span
        self.bound = bound
        self.read = read
    }

    /// A thing as it was when it was last read.
    ///
    /// - Throws: what reading it throws; `CancellationError`.
    func value(_ id: String) async throws -> Value {
        let now = ContinuousClock.now
        let (known, flight) = entries.withLock { entries -> (Value?, SingleFlight<Value>) in
            if let entry = entries[id] {
                return (now - entry.readAt < span ? entry.value : nil, entry.flight)
            }
            if entries.count >= bound { entries.removeAll() }
            let entry = Entry()
            entries[id] = entry
            return (nil, entry.flight)
        }
        if let known { return known }
        return try await flight.run { [self] in
            // Somebody else's reading may have ended between the look and this one.
            let known = entries.withLock { $0[id] }
            if let value = known?.value, let readAt = known?.readAt, readAt > now { return value }
            let value = try await read(id)
            entries.withLock { entries in
                entries[id]?.value = value
                entries[id]?.readAt = .now
            }
            return value
        }
    }

    /// Forgets a thing, so that it is read anew.
    func forget(_ id: String) {
        entries.withLock { $0[id] = nil }
    }
}
