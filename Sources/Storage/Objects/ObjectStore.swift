import Foundation
import HawserCore
public import HawserMetadata

/// The objects of all tenants: names and owners in MongoDB, bytes as contents.
///
/// A content's bytes are safe before an object names it; objects go before their bytes do. So a crash at any point leaves
/// bytes that nobody knows (`StoreCollection` finds them) but never an object without bytes.
public final class ObjectStore: Sendable {
    let objects: StoredObjectCollection
    /// The contents that objects name.
    public let contents: ContentStore
    private let staging: Staging
    private let log = Log("storage")

    /// A store of objects.
    public init(objects: StoredObjectCollection, contents: ContentStore, staging: Staging) {
        self.objects = objects
        self.contents = contents
        self.staging = staging
    }

    /// The container of a tenant: `hawser_` and the tenant's id.
    public static func box(of tenant: String) -> String { "hawser_\(tenant)" }

    /// An id for a new object: a UUID of version 4 in lower case.
    public static func newID() -> String { UUID().uuidString.lowercased() }

    /// A file to stream new bytes into.
    ///
    /// - Parameters:
    ///   - alsoSHA1: whether their SHA-1 is computed, too.
    ///   - policy: how they are to be kept.
    /// - Returns: the file.
    /// - Throws: `StorageError`, `noMasterKey` when they cannot be encrypted.
    public func stage(alsoSHA1: Bool = false, policy: StoragePolicy = .standard) async throws -> StagedFile {
        guard policy.encryption == .none || contents.keys.areThere else { throw StorageError.noMasterKey }
        return try await staging.begin(alsoSHA1: alsoSHA1, policy: policy)
    }

    /// Makes an object of a staged file, which is used up by that.
    ///
    /// It shares the content of an object of the same tenant with the same bytes and policy, where there is one that is not
    /// encrypted. When MongoDB does not
    /// answer it is not known whether the object is there: its bytes stay, and are collected when not.
    ///
    /// - Parameters:
    ///   - staged: the bytes; finished here when they are not yet.
    ///   - tenant: who owns the object.
    ///   - name: its file name, as `FileName.clean` gives it.
    ///   - contentType: its media type.
    ///   - id: its id.
    /// - Returns: the object, whose bytes survive a crash.
    /// - Throws: `StorageError`, `idTaken` when there is an object of this id; `MetadataUnavailable`, `MetadataError`.
    public func put(
        _ staged: StagedFile,
        tenant: String,
        name: String,
        contentType: String,
        id: String = newID()
    ) async throws -> StoredObject {
        try await store(
            draft(staged, tenant: tenant, name: name, contentType: contentType, id: id),
            of: staged
        )
    }

    /// Stores a draft by itself; as `put`, when the content it was to share is gone it gets one of its own.
    ///
    /// - Parameters:
    ///   - draft: the object; used up.
    ///   - staged: what it was drafted of; used up.
    /// - Returns: the object, whose bytes survive a crash.
    /// - Throws: as `put`.
    public func store(_ draft: Draft, of staged: StagedFile) async throws -> StoredObject {
        do {
            var object = draft.object
            if draft.isSharing, try await share(object) {
                await discard(staged)
                return object
            }
            let content: StoredContent
            if let new = draft.content {
                content = new
            } else {
                content = try await contents.take(staged, tenant: object.tenant)
                object.content = content.id
            }
            try await insert(object, with: content)
            await contents.secure(content)
            return object
        } catch {
            await discard(staged)
            throw error
        }
    }

    /// A tenant's object; another tenant's is none.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func find(_ id: String, tenant: String) async throws -> StoredObject? {
        try await objects.find(id: id, tenant: tenant)
    }

    /// The objects among these ids that exist, whoever's they are.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func find(_ ids: [String]) async throws -> [StoredObject] {
        try await objects.find(ids: ids)
    }

    /// Opens an object's bytes, or a part of them, cut to what there is.
    ///
    /// - Throws: `StorageError`, `missing` or `damaged` when the bytes are not those the metadata tells of;
    ///   `MetadataUnavailable`, `MetadataError`.
    public func open(_ object: StoredObject, offset: Int64 = 0, length: Int64? = nil) async throws -> ObjectReader {
        try await contents.open(object.content, size: object.size, offset: offset, length: length)
    }

    /// Copies an object into the container of a tenant, whichever, under an id the caller chose.
    ///
    /// Called again with the same id it answers the copy that is there, so that a job that is run twice copies once. The
    /// bytes are read, hashed and compared with what was stored; a copy for another tenant shares nothing with its source.
    /// It is kept as its source is: what is encrypted there is encrypted here, with another key.
    ///
    /// - Parameters:
    ///   - object: what to copy.
    ///   - tenant: whose the copy is.
    ///   - id: the id of the copy.
    ///   - progress: called with the number of bytes copied so far.
    /// - Returns: the copy.
    /// - Throws: `StorageError`, `damaged` when the source is, `idTaken` when the id is another object's;
    ///   `MetadataUnavailable`, `MetadataError`; `CancellationError`, leaving nothing behind.
    public func copy(
        _ object: StoredObject,
        into tenant: String,
        id: String,
        progress: (@Sendable (Int64) async -> Void)? = nil
    ) async throws -> StoredObject {
        if let copy = try await existingCopy(of: object, in: tenant, id) { return copy }
        let policy = try await contents.find(object.content)?.storagePolicy ?? .standard
        let staged = try await stage(alsoSHA1: object.sha1 != nil, policy: policy)
        do {
            var done: Int64 = 0
            for try await chunk in try await open(object) {
                try Task.checkCancellation()
                try await staged.write(chunk)
                done += Int64(chunk.count)
                await progress?(done)
            }
            let content = try await staged.finish()
            guard content.size == object.size, content.sha256 == object.sha256, content.md5 == object.etag else {
                throw StorageError.damaged(object: object.id, reason: "its bytes are not those that were stored")
            }
        } catch {
            await discard(staged)
            throw error
        }
        do {
            return try await put(staged, tenant: tenant, name: object.name, contentType: object.contentType, id: id)
        } catch StorageError.idTaken {
            // Another run of the same job was faster.
            if let copy = try await existingCopy(of: object, in: tenant, id) { return copy }
            throw StorageError.idTaken(id)
        }
    }

    /// Removes a tenant's object; says whether there was one.
    ///
    /// Its bytes go when no other object has the same content. Whoever reads them from a file in the staging area can read
    /// on; whoever reads them from targets may be told that they are gone.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`. That bytes could not be removed is logged; they are collected.
    @discardableResult
    public func remove(_ id: String, tenant: String) async throws -> Bool {
        guard let removed = try await objects.remove(id: id, tenant: tenant) else { return false }
        if let content = removed.content { await contents.destroy(content) }
        return true
    }

    /// Stores an object with a content that is there; false when it is gone, or too many want it at the same time.
    private func share(_ object: StoredObject) async throws -> Bool {
        do {
            return try await objects.insertSharing(object)
        } catch let error as MetadataError {
            if error.isConflict { return false }
            throw error.isDuplicate ? StorageError.idTaken(object.id) : error
        }
    }

    private func insert(_ object: StoredObject, with content: StoredContent) async throws {
        do {
            try await objects.insert(object, with: content)
        } catch let error as MetadataError {
            // A refusal is certain: nothing names these bytes.
            await contents.destroy(content)
            throw error.isDuplicate ? StorageError.idTaken(object.id) : error
        }
    }

    private func existingCopy(of object: StoredObject, in tenant: String, _ id: String) async throws -> StoredObject? {
        guard let copy = try await objects.find(id: id, tenant: tenant) else { return nil }
        guard copy.sha256 == object.sha256, copy.size == object.size else { throw StorageError.idTaken(id) }
        return copy
    }

    /// A new object of a tenant.
    static func object(
        _ digests: StagedContent,
        content: String,
        tenant: String,
        name: String,
        contentType: String,
        id: String
    ) -> StoredObject {
        StoredObject(
            id: id,
            box: box(of: tenant),
            tenant: tenant,
            name: name,
            contentType: contentType,
            size: digests.size,
            etag: digests.md5,
            sha1: digests.sha1,
            sha256: digests.sha256,
            content: content,
            created: .now
        )
    }

    /// Removes a staged file on the way out of a failure, which is what the caller is to hear of.
    func discard(_ staged: StagedFile) async {
        do {
            try await staged.discard()
        } catch {
            log.warning("a staged file could not be removed and is left to the next start", ["error": "\(error)"])
        }
    }
}
