import HawserCore
public import HawserMetadata

extension FileStore {
    /// Writes a file of a tenant to a path of the server; done again, the same file is there and counts once.
    ///
    /// - Parameters:
    ///   - item: the file; its directory is there.
    ///   - context: what the files of the transfer share.
    ///   - moved: called with the number of bytes of each piece.
    /// - Throws: `Refusal` when this file cannot be written; else what may pass: `StorageError`, `MetadataUnavailable`,
    ///   `MetadataError`, `CancellationError`.
    public func exportFile(
        _ item: TransferItem,
        in context: TransferContext,
        moved: @Sendable (Int64) async -> Void
    ) async throws {
        try await refusing {
            let root = try importRoot()
            try await context.check(.download)
            guard let object = try await objects.find(item.object, tenant: item.tenant) else {
                throw Refusal(6, "file not exist")
            }
            try await root.write(
                try root.path(item.path),
                draft: ".hawser-\(item.scan)-\(item.number).part",
                bytes: try await objects.open(object),
                modified: item.modified,
                written: moved
            )
        }
        try await context.finishing("", item)
    }

    /// The object of a file of a tenant, by its hash and size, as lists show them.
    ///
    /// - Throws: `Refusal` 6 when there is none, 8 when it has another size.
    public func object(sha1: String, size: Int64, tenant: String) async throws -> TreeEntry.Content {
        let found = try await tree.content(sha1: sha1.lowercased(), tenant: tenant)
        guard !found.isEmpty else { throw Refusal(6, "file not exist") }
        guard let content = found.first(where: { $0.size == size }) else {
            throw Refusal(8, "file data size is not equal fileSize")
        }
        return content
    }
}
