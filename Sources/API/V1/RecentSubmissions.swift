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

    private static let patience = Duration.milliseconds(500)
    private let last = Mutex<[String: Last]>([:])

    func note(_ id: JobID, of tenant: String) {
        last.withLock { last in
            if last.count > 10_000 { last = last.filter { ContinuousClock.now - $0.value.at < .seconds(2) } }
            last[tenant] = Last(id: id, at: .now)
        }
    }

    /// Waits until the record has what the tenant submitted last.
    func settle(_ tenant: String, in archive: MongoJobArchive) async throws {
        guard let last = last.withLock({ $0[tenant] }) else { return }
        while ContinuousClock.now - last.at < Self.patience {
            if try await !archive.known([last.id]).isEmpty { break }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
