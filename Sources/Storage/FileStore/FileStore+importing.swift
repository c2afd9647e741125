import HawserCore
public import HawserMetadata

extension FileStore {
    /// Brings a file of the server into a tenant's tree; done again, it finds what is done.
    ///
    /// - Parameters:
    ///   - item: the file.
    ///   - rule: what is done when its name is taken.
    ///   - folders: the folders that are known by path, so that none is looked for twice.
    ///   - moved: called with the number of bytes of each piece.
    /// - Throws: `Refusal` when this file cannot be brought; else what may pass: `StorageError`, `MetadataUnavailable`,
    ///   `MetadataError`, `CancellationError`.
    public func importFile(
        _ item: TransferItem,
        rule: FileTree.ClashRule,
        folders: FolderCache,
        moved: @Sendable (Int64) async -> Void
    ) async throws {
        try await refusing { try await importing(item, rule, folders, moved) }
    }

    private func importing(
        _ item: TransferItem,
        _ rule: FileTree.ClashRule,
        _ folders: FolderCache,
        _ moved: @Sendable (Int64) async -> Void
    ) async throws {
        let path = try TreePath(item.path)
        guard let name = path.last, let parent = path.parent else { throw Refusal(1, "the path names no file") }
        // What an earlier run stored and did not place.
        var object = try await objects.find(item.object, tenant: item.tenant)
        if object == nil {
            try await allowance.checkLimits(of: item.tenant, for: .upload)
            let root = try importRoot()
            let staged = try await stage(try root.path(item.path), from: root, moved)
            do {
                let bytes = try await staged.finish()
                let folder = try await folders.folder(parent)
                let content = TreeEntry.Content(
                    object: item.object,
                    sha1: bytes.sha1 ?? "",
                    size: bytes.size,
                    modified: item.modified ?? .now
                )
                // Seen before anything is stored; what counts is what the transaction sees.
                switch try await tree.clash(of: content, name, in: folder, tenant: item.tenant, rule: rule) {
                case .unchanged:
                    try await staged.discard()
                    return try await transfers.finish(item)
                case .refused(let error): throw error
                case .created, .version, nil: break
                }
            } catch {
                try? await staged.discard()
                throw error
            }
            do {
                object = try await objects.put(
                    staged,
                    tenant: item.tenant,
                    name: String(name.prefix(255)),
                    contentType: Self.mediaType(name),
                    id: item.object
                )
            } catch StorageError.idTaken {
                // Another run of the same job was faster.
                object = try await objects.find(item.object, tenant: item.tenant)
            }
        }
        guard let object, let sha1 = object.sha1 else { throw StorageError.idTaken(item.object) }
        let content = TreeEntry.Content(
            object: object.id,
            sha1: sha1,
            size: object.size,
            modified: item.modified ?? .now
        )
        let placement = try await place(content, name, parent, item, rule, folders)
        // Nobody else knows the object: it goes, with what was counted for it.
        if !placement.holdsObject { try await objects.remove(object.id, tenant: item.tenant) }
        if case .refused(let error) = placement { throw error }
    }

    private func place(
        _ content: TreeEntry.Content,
        _ name: String,
        _ parent: TreePath,
        _ item: TransferItem,
        _ rule: FileTree.ClashRule,
        _ folders: FolderCache
    ) async throws -> FileTree.Placement {
        func attempt() async throws -> FileTree.Placement {
            let folder = try await folders.folder(parent)
            return try await tree.place(content, name, in: folder, tenant: item.tenant, rule: rule) {
                [transfers] transaction, placement in
                if case .refused = placement { return }
                // Done by another run of the same job: what that one placed stays, and this places nothing.
                guard try transfers.finish(item, in: transaction) else { throw AlreadyDone() }
            }
        }
        do {
            return try await attempt()
        } catch is AlreadyDone {
            let held = try await tree.content(sha1: content.sha1, tenant: item.tenant)
            let isHeld = held.contains { $0.object == content.object }
            return isHeld ? .created(name: name) : .unchanged
        } catch let error as FileTreeError where error.code == 201 {
            // The folder was removed since it was looked up; as with a file that comes later, it is made again.
            await folders.forget()
            return try await attempt()
        }
    }

    /// The file of an item was placed before.
    private struct AlreadyDone: Error {}

    /// Copies a file of the server to the staging area.
    private func stage(
        _ path: TreePath,
        from root: ImportRoot,
        _ moved: @Sendable (Int64) async -> Void
    ) async throws -> StagedFile {
        let file = try await root.file(path)
        let staged = try await objects.stage(alsoSHA1: true)
        do {
            var offset: Int64 = 0
            while true {
                try Task.checkCancellation()
                let start = offset
                let bytes = try await root.pool.run { try file.read(at: start, count: 1 << 19) }
                if bytes.isEmpty { break }
                try await staged.write(bytes)
                offset += Int64(bytes.count)
                await moved(Int64(bytes.count))
            }
        } catch {
            try? await staged.discard()
            throw error
        }
        return staged
    }
}
