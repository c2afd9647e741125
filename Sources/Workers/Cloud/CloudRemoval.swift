import HawserCloud
import HawserQueue

/// Deleting what takes the cloud a while to delete, without holding a slot: asked again and again until it is gone.
enum CloudRemoval {
    /// Sees to it that something goes, and returns when it is gone.
    ///
    /// - Parameters:
    ///   - what: what it is, for people.
    ///   - status: its status; a `notFound` of the cloud says that it is gone.
    ///   - delete: asks for its deletion; not asked again while its status says that it is being deleted.
    /// - Throws: a retryable `JobError` as long as it is there; `CloudError`.
    static func finish(
        _ what: String,
        status: () async throws -> String,
        delete: () async throws -> Void
    ) async throws {
        do {
            // Manila shows no status for a moment, cinder and nova say "deleting".
            if try await !status().lowercased().contains("deleting") { try await delete() }
            _ = try await status()
        } catch let error as CloudError where error.isNotFound {
            return
        } catch let error as CloudError where error.kind == .conflict || error.kind == .busy {
            throw JobError.retryable("busy", "\(what) cannot be deleted yet", after: 2).telling(error.said)
        }
        throw JobError.retryable("deleting", "\(what) is still being deleted", after: 2)
    }
}
