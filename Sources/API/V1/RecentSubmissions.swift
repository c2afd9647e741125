import HawserQueue
import HawserRecords
import Synchronization

/// What each tenant submitted last, so that a list asked for right after shows it.
///
/// The list comes from the record, which is some milliseconds behind the queue; a tenant that has just submitted
/// something waits for the record to have it, but not for long.
final class RecentSubmissions: Sendable {
    private struct Last: Sendable {
        let id: JobID
        let at: ContinuousClock.Instant
    }

    /// How long a list waits for the record.
    private static let patience = Duration.seconds(2)
    /// How long after a submission a list still looks whether the record has it.
    private static let memory = Duration.seconds(60)
    private let last = Mutex<[String: Last]>([:])

    func note(_ id: JobID, of tenant: String) {
        last.withLock { last in
            if last.count > 10_000 { last = last.filter { ContinuousClock.now - $0.value.at < Self.memory } }
            last[tenant] = Last(id: id, at: .now)
        }
    }

    /// Waits until the record has what the tenant submitted last.
    func settle(_ tenant: String, in archive: MongoJobArchive) async throws {
        let begin = ContinuousClock.now
        while let last = last.withLock({ $0[tenant] }), begin - last.at < Self.memory,
            ContinuousClock.now - begin < Self.patience
        {
            if try await !archive.known([last.id]).isEmpty {
                self.last.withLock { if $0[tenant]?.id == last.id { $0[tenant] = nil } }
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
