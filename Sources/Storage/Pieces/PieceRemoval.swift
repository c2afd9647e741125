import HawserCore
import HawserMetadata

/// Removes the pieces of uploads that are over: of those that were finished, and of those that nobody went on with.
///
/// The files go first, then what is known about them, then the upload; whoever dies in between is followed by the next.
struct PieceRemoval: Sendable {
    private static let page = 100

    private let uploads: PieceUploadCollection
    private let contents: ContentStore
    private let log = Log("pieces")

    init(_ uploads: PieceUploadCollection, contents: ContentStore) {
        self.uploads = uploads
        self.contents = contents
    }

    /// Ends uploads that nobody holds, and removes the pieces of all that are over.
    ///
    /// - Returns: how many pieces were removed.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`. Those on targets that do not answer are left.
    func run(now: Timestamp = .now) async throws -> Int {
        _ = try await uploads.endAbandoned(now: now)
        var removed = 0
        var last = ""
        while true {
            let page = try await uploads.ended(after: last, limit: Self.page)
            for upload in page {
                try Task.checkCancellation()
                do {
                    removed += try await remove(upload)
                } catch let error as StorageError {
                    log.warning("pieces cannot be removed now", ["upload": upload, "error": "\(error)"])
                }
                last = upload
            }
            if page.count < Self.page { return removed }
        }
    }

    /// Removes the pieces of an upload that is over; that it could not be done is logged: they are collected.
    func discard(_ upload: String) async {
        do {
            _ = try await remove(upload)
        } catch {
            log.warning("pieces are left to be collected", ["upload": upload, "error": "\(error)"])
        }
    }

    private func remove(_ upload: String) async throws -> Int {
        let pieces = try await uploads.pieces(of: upload)
        try await contents.removeFiles(
            Dictionary(grouping: pieces, by: \.target).mapValues { Set($0.map(\.path)) }
        )
        try await uploads.remove(upload)
        return pieces.count
    }
}
