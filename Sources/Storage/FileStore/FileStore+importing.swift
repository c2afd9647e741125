import HawserCore
public import HawserMetadata

extension FileStore {
    /// Brings a file of the server into a tenant's tree; done again, it finds what is done.
    ///
    /// - Parameters:
    ///   - item: the file.
    ///   - context: what the files of the transfer share.
    ///   - moved: called with the number of bytes of each piece.
    /// - Throws: `Refusal` when this file cannot be brought; else what may pass: `StorageError`, `MetadataUnavailable`,
    ///   `MetadataError`, `CancellationError`.
    public func importFile(
        _ item: TransferItem,
        in context: TransferContext,
        moved: @Sendable (Int64) async -> Void
    ) async throws {
        try await refusing { try await importing(item, context, moved) }
    }

    private func importing(
        _ item: TransferItem,
        _ context: TransferContext,
        _ moved: @Sendable (Int64) async -> Void
    ) async throws {
        let path = try TreePath(item.path)
        guard let name = path.last, let parent = path.parent else { throw Refusal(1, "the path names no file") }
        // What an earlier run stored and did not place.
        var object = try await objects.find(item.object, tenant: item.tenant)
        if object == nil {
            try await context.check(.upload)
            let root = try importRoot()
            let staged = try await stage(try root.path(item.path), from: root, moved)
            do {
                let bytes = try await staged.finish()
                let folder = try await context.folders.folder(parent)
                let content = TreeEntry.Content(
                    object: item.object,
                    sha1: bytes.sha1 ?? "",
                    size: bytes.size,
                    modified: item.modified ?? .now
                )
                // Seen before anything is stored; what counts is what the transaction sees.
                switch try await tree.clash(of: content, name, in: folder, tenant: item.tenant, rule: context.rule) {
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
                    name: Self.objectName(name),
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
        let placement = try await place(.init(item: item, content: content, name: name), parent, context)
        // Nobody else knows the object: it goes, with what was counted for it.
        if !placement.holdsObject { try await objects.remove(object.id, tenant: item.tenant) }
        if case .refused(let error) = placement { throw error }
    }

    private func place(
        _ file: TransferContext.Placing,
        _ parent: TreePath,
        _ context: TransferContext
    ) async throws -> FileTree.Placement {
        do {
            return try await context.placing(try await context.folders.folder(parent), file)
        } catch is TransferContext.AlreadyDone {
            let held = try await tree.content(sha1: file.content.sha1, tenant: context.tenant)
            let isHeld = held.contains { $0.object == file.content.object }
            return isHeld ? .created(name: file.name) : .unchanged
        } catch let error as FileTreeError where error.code == 201 {
            // The folder was removed since it was looked up; as with a file that comes later, it is made again.
            await context.folders.forget()
            return try await context.placing(try await context.folders.folder(parent), file)
        }
    }

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
