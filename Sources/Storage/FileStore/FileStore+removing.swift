public import HawserCore
import HawserMetadata

extension FileStore {
    /// How many entries are looked at together.
    private static let freed = 200
    /// How many objects are freed at the same time.
    private static let freers = 8

    /// Frees what an entry that is in the trash held, all below it included; may be done again at any time.
    ///
    /// - Parameters:
    ///   - id: the entry that was removed.
    ///   - tenant: whose.
    ///   - progress: called with the number of files freed so far.
    /// - Throws: `MetadataUnavailable`, `MetadataError`, `StorageError`; what is left is found by the next call.
    public func empty(_ id: String, tenant: String, progress: @Sendable (Int) async -> Void = { _ in }) async throws {
        var count = 0
        while true {
            let found = try await tree.trash(of: id, tenant: tenant, limit: Self.freed)
            if found.isEmpty { return }
            for entry in found {
                try Task.checkCancellation()
                if entry.isFolder {
                    while true {
                        // The folder is in the trash, so nothing comes into it any more.
                        let inside = try await tree.children(of: entry.id, tenant: tenant, limit: Self.freed)
                        if inside.isEmpty { break }
                        for folder in inside where folder.isFolder { try await tree.discard(folder: folder, of: id) }
                        let files = inside.filter { !$0.isFolder }
                        try await free(files)
                        count += files.count
                        await progress(count)
                    }
                    try await tree.forget(entry)
                } else {
                    try await free([entry])
                    count += 1
                }
            }
        }
    }

    /// Goes on with removals whose process died, or whose job could not be submitted.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func finishRemovals(before moment: Timestamp) async throws -> Int {
        let found = try await tree.unfinishedRemovals(before: moment, limit: Self.freed)
        for removal in found { try await empty(removal.id, tenant: removal.tenant) }
        return found.count
    }

    /// Frees files: their objects, and then their entries, so that no object is left when this is cut off.
    private func free(_ files: [TreeEntry]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, file) in files.enumerated() {
                if index >= Self.freers { try await group.next() }
                group.addTask {
                    for object in file.objects { try await objects.remove(object, tenant: file.tenant) }
                    try await tree.forget(file)
                }
            }
            try await group.waitForAll()
        }
    }
}
