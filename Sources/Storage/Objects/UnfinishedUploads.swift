public import HawserCore
public import HawserMetadata

/// Removes the files of upload sessions that ended before all their files had come.
///
/// A session is marked as failed first, which is what decides against a file that comes at the same moment; then its
/// objects go; then MongoDB may remove the session. Whoever dies in between is followed by the next who looks.
public struct UnfinishedUploads: Sendable {
    private static let batch = 100

    private let sessions: TransferSessionCollection
    private let objects: ObjectStore
    private let log = Log("uploads")

    /// The unfinished of these sessions, whose files are in this store.
    public init(sessions: TransferSessionCollection, objects: ObjectStore) {
        self.sessions = sessions
        self.objects = objects
    }

    /// Ends the sessions that are past their time and removes what they have stored.
    ///
    /// - Returns: how many there were.
    /// - Throws: `MetadataUnavailable`, `MetadataError`, `StorageError`; those not yet removed are left to the next call.
    @discardableResult
    public func sweep(now: Timestamp = .now) async throws -> Int {
        var count = 0
        while true {
            let found = try await sessions.unfinished(limit: Self.batch, now: now)
            for session in found {
                // Nil when it was failed before, or is complete by now.
                var failed = try await sessions.fail(id: session.id, reason: "it ended before all its files had come")
                if failed == nil { failed = try await sessions.find(id: session.id) }
                guard let failed, failed.failure != nil else { continue }
                try await remove(failed)
                log.info("removed an unfinished upload", ["session": failed.id, "files": failed.files.count])
                count += 1
            }
            if found.count < Self.batch { return count }
        }
    }

    /// Removes the files of a failed session, those included of which it is not known whether they were stored.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`, `StorageError`; `sweep` finds what is left then.
    public func remove(_ failed: TransferSession) async throws {
        let stored = failed.files.compactMap { $0["storage_object_id"]?.string }
        for object in stored + failed.pending { try await objects.remove(object, tenant: failed.tenant) }
        try await sessions.settle(id: failed.id)
    }
}
