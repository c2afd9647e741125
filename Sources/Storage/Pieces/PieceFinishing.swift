import HawserCore
import HawserMetadata
import Synchronization

/// The files that this process puts together now: each once, however often it is asked for, and to its end.
///
/// Whoever asks may go away meanwhile. A client that asks again because it waited too long waits for the same then.
final class PieceFinishing: Sendable {
    /// What is put together: the same request, asked twice, is one.
    struct Key: Hashable, Sendable {
        let upload: String
        let parent: TreePath
        let name: String
        let rule: FileTree.ClashRule
        let partitions: [[PieceStore.Block]]
    }

    private let turns: Turns
    private let flights = Mutex<[Key: SingleFlight<String>]>([:])

    /// So many files at a time; the others wait.
    init(atOnce: Int) {
        turns = Turns(atOnce)
    }

    /// Does the work for a request, or waits for it.
    ///
    /// - Throws: what the work throws; `CancellationError`, while the work goes on.
    func run(_ key: Key, _ work: @escaping @Sendable () async throws -> String) async throws -> String {
        let flight = flights.withLock { flights in
            if let flight = flights[key] { return flight }
            let flight = SingleFlight<String>()
            flights[key] = flight
            return flight
        }
        return try await flight.run { [self] in
            // Who asks from here on is not told of a failure that was before.
            defer { flights.withLock { $0[key] = nil } }
            return try await turns.use(work)
        }
    }
}
