import HawserCloud
import HawserQueue

/// The share networks that this program makes, one for each NAS disk.
enum ShareNetworkName {
    private static let prefix = "hawser-"

    /// The name of the one a job makes.
    static func of(_ job: JobID) -> String { prefix + job.text }

    /// Whether a share network was made for a NAS disk, by its name.
    static func isOurs(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// Removes a share network; the cloud takes its share server down with it.
    ///
    /// - Throws: a retryable `JobError` while something still uses it; `CloudError`.
    static func remove(_ id: String, _ shares: SharedFileSystem) async throws {
        do {
            try await shares.deleteShareNetwork(id)
        } catch let error as CloudError where error.isNotFound {
            return
        } catch let error as CloudError where error.kind == .conflict || error.kind == .busy {
            throw JobError.retryable("in_use", "the share network is still in use", after: 2).telling(error.said)
        }
    }
}
