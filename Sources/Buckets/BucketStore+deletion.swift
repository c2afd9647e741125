import HawserCore
import HawserMetadata

extension BucketStore {
    private static let batch = 200

    /// Deletes a bucket that is closed, with all its files; may be stopped at any point and called again.
    ///
    /// - Parameters:
    ///   - id: the bucket.
    ///   - tenant: who owns it.
    ///   - progress: called with how many files this call has removed so far.
    /// - Returns: how many files this call has removed.
    /// - Throws: `MetadataUnavailable`, `MetadataError`, `CancellationError`.
    public func delete(
        _ id: Int64,
        tenant: String,
        progress: @Sendable (Int) async -> Void
    ) async throws -> Int {
        // After this nobody puts a file into it: whoever noted an upload later sees that the bucket is closed.
        for upload in try await uploads.list(bucket: id) {
            // It is cleaned up by its owner, who may be storing an object now, or by the sweep. When it has ended
            // meanwhile its files are there, and go with the others.
            _ = try await uploads.abandon(id: upload.id)
        }
        var removed = 0
        var last = ""
        while true {
            try Task.checkCancellation()
            let found = try await files.list(bucket: id, after: last, limit: Self.batch)
            try await files.remove(ids: found.map(\.id))
            try await finishRemoval(found, patient: false)
            removed += found.count
            await progress(removed)
            guard found.count == Self.batch, let end = found.last else { break }
            last = end.id
        }
        if let bucket = try await buckets.remove(id: id, tenant: tenant), await cache.write([.drop(bucket: id)]) {
            await settle(buckets.marks, [(.int(bucket.id), bucket.version)])
        }
        return removed
    }
}
