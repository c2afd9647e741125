import HawserCore
public import HawserMetadata

extension PieceStore {
    /// What is to be done about a file.
    public enum Beginning: Sendable {
        /// Nothing: it is in the tree, under this name.
        case done(name: String)
        /// Its pieces are to be brought: cut and coded as the upload says; a file that is one piece, to these providers.
        case wanted(PieceUpload, partitions: Int, copies: [Provider])
    }

    /// Looks whether a tenant has a file already, and adds its name then; else begins to upload it.
    ///
    /// The bytes of other tenants do not count: a hash would be a key to them.
    ///
    /// - Parameters:
    ///   - new: the file.
    ///   - data: its bytes when they are so few that the metadata keeps them; nil for others.
    ///   - client: what the client calls itself; two clients of a tenant do not upload one file at the same time.
    ///   - tenant: the tenant.
    /// - Returns: what is to be done.
    /// - Throws: `FileTreeError`; `Allowance.Refusal`; `FileStore.Refusal` 3, 10, 11, 13; `StorageError`,
    ///   `MetadataUnavailable`, `MetadataError`.
    public func begin(
        _ new: NewFile,
        data: [UInt8]?,
        client: String,
        tenant: String
    ) async throws -> Beginning {
        try await files.allowance.check(tenant, for: .upload)
        let folder = try await folder(for: new, of: tenant)
        if try await isThere(new, in: folder, of: tenant) { return .done(name: new.name) }
        if let name = try await placeKnown(new, in: folder, of: tenant) { return .done(name: name) }
        if new.file.size <= LayoutPolicy.inlineLimit {
            return .done(name: try await placeSmall(new, data, in: folder, of: tenant))
        }
        guard data == nil else { throw Self.differs }
        let (k, m) = try await code(for: new.file.size)
        let upload = try await uploads.begin(
            tenant: tenant,
            sha1: new.file.sha1,
            size: new.file.size,
            client: client,
            k: k,
            m: m,
            until: until
        )
        guard let upload else { throw Self.beingUploaded }
        guard k == 1 else {
            let count = LayoutPolicy.partitions(size: new.file.size, limit: contents.partitionLimit).count
            return .wanted(upload, partitions: count, copies: [])
        }
        let copies = try providers(for: upload, 0, [new.file], among: try await contents.targets.candidates())
        return .wanted(upload, partitions: 1, copies: copies)
    }

    /// How a file is to be cut now, as the store would code it itself.
    ///
    /// - Throws: `FileStore.Refusal` 3 when there are too few targets.
    func code(for size: Int64) async throws -> (k: Int, m: Int) {
        let open = try await contents.targets.candidates().count { Placement.takes(0, $0) }
        do {
            guard case .coded(let k, let m) = try LayoutPolicy.automatic.choose(size: size, targets: open) else {
                return (1, 0)
            }
            return (k, m)
        } catch StorageError.tooFewTargets {
            throw Self.tooFewProviders
        }
    }

    static let tooFewProviders = FileStore.Refusal(3, "not enough provider")
    private static let differs = FileStore.Refusal(11, "the file data is not that of filehash and filesize")

    /// Adds a name for bytes that the tenant has, if it has them.
    private func placeKnown(_ new: NewFile, in folder: String, of tenant: String) async throws -> String? {
        guard let draft = try await draft(ofKnown: new, tenant) else { return nil }
        do {
            return try await place(draft, as: new, in: folder, moved: 0)
        } catch StorageError.superseded {
            // Removed at this very moment.
            return nil
        }
    }

    /// An object of bytes that the tenant has, whole; nil when it has them not, or they are damaged.
    func draft(ofKnown new: NewFile, _ tenant: String) async throws -> ObjectStore.Draft? {
        for known in try await files.tree.content(sha1: new.file.sha1, tenant: tenant)
        where known.size == new.file.size {
            guard let object = try await files.objects.find(known.object, tenant: tenant) else { continue }
            let draft = try await files.objects.draft(
                like: object,
                name: FileStore.objectName(new.name),
                contentType: FileStore.mediaType(new.name)
            )
            if let draft { return draft }
        }
        return nil
    }

    private func placeSmall(
        _ new: NewFile,
        _ data: [UInt8]?,
        in folder: String,
        of tenant: String
    ) async throws -> String {
        let data = data ?? []
        guard Int64(data.count) == new.file.size, Digest.sha1(data).hex == new.file.sha1 else { throw Self.differs }
        let staged = try await files.objects.stage(alsoSHA1: true)
        try await staged.write(data)
        let draft = try await files.objects.draft(
            staged,
            tenant: tenant,
            name: FileStore.objectName(new.name),
            contentType: FileStore.mediaType(new.name)
        )
        return try await place(draft, as: new, in: folder, moved: new.file.size)
    }
}
