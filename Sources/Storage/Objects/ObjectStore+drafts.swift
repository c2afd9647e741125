public import HawserMetadata

// For who stores an object together with something else that names it: both are there then, or none.
extension ObjectStore {
    /// An object whose bytes are safe and which a transaction is to store.
    public struct Draft: Sendable {
        /// The object.
        public let object: StoredObject
        /// Its content when that is new, too; nil: it shares one that is there.
        let content: StoredContent?

        /// Whether it shares a content that is there, and may be gone when it is stored.
        public var isSharing: Bool { content == nil }
    }

    /// Drafts an object of a staged file.
    ///
    /// - Parameters:
    ///   - staged: the bytes; finished here when they are not yet. A new content uses them up; one that shares leaves them
    ///     to the caller, to be discarded or for `store`.
    ///   - tenant: who is to own the object.
    ///   - name: its file name.
    ///   - contentType: its media type.
    ///   - id: its id.
    /// - Returns: the draft, which is to be stored, or dropped.
    /// - Throws: `StorageError`; `MetadataUnavailable`, `MetadataError`; the staged file is gone then.
    public func draft(
        _ staged: StagedFile,
        tenant: String,
        name: String,
        contentType: String,
        id: String = newID()
    ) async throws -> Draft {
        do {
            let digests = try await staged.finish()
            let equal = try await contents.equal(staged, digests, tenant: tenant)
            let content = equal == nil ? try await contents.take(staged, tenant: tenant) : nil
            let object = Self.object(
                digests,
                content: content?.id ?? equal ?? "",
                tenant: tenant,
                name: name,
                contentType: contentType,
                id: id
            )
            return Draft(object: object, content: content)
        } catch {
            await discard(staged)
            throw error
        }
    }

    /// Drafts an object with the bytes of another one of the same tenant; nil when these are not whole, or encrypted.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    func draft(like object: StoredObject, name: String, contentType: String) async throws -> Draft? {
        guard let content = try await contents.find(object.content), content.isWhole, content.encryption == nil
        else { return nil }
        let digests = StagedContent(size: object.size, md5: object.etag, sha1: object.sha1, sha256: object.sha256)
        let new = Self.object(
            digests,
            content: object.content,
            tenant: object.tenant,
            name: name,
            contentType: contentType,
            id: Self.newID()
        )
        return Draft(object: new, content: nil)
    }

    /// Stores a draft, as a part of a transaction.
    ///
    /// - Throws: `StorageError.superseded` when the content it was to share is gone; what the transaction throws.
    public func insert(_ draft: Draft, in transaction: MongoTransaction) throws {
        guard try objects.insert(draft.object, with: draft.content, in: transaction) else {
            throw StorageError.superseded(content: draft.object.content)
        }
    }

    /// Has the bytes of a draft that was stored made durable.
    public func secure(_ draft: Draft) async {
        if let content = draft.content { await contents.secure(content) }
    }

    /// Removes the bytes of a draft that was certainly not stored.
    public func drop(_ draft: Draft) async {
        if let content = draft.content { await contents.destroy(content) }
    }
}
