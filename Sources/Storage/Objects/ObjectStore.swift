import Foundation
public import HawserCore
public import HawserMetadata

/// The objects of all tenants: bytes in targets, all else in MongoDB.
///
/// Bytes are on the disk under a name nobody used before, before the metadata names them; metadata goes before the bytes
/// do. So a crash at any point leaves bytes that nobody knows (`sweepOrphans` finds them) but never an object without
/// bytes.
public final class ObjectStore: Sendable {
    private let objects: StoredObjectCollection
    private let targets: [any Target]
    private let staging: Staging
    private let log = Log("storage")

    /// A store over targets, of which the first takes new objects.
    public init(objects: StoredObjectCollection, targets: [any Target], staging: Staging) {
        self.objects = objects
        self.targets = targets
        self.staging = staging
    }

    /// The container of a tenant: `hawser_` and the tenant's id.
    public static func box(of tenant: String) -> String { "hawser_\(tenant)" }

    /// An id for a new object: a UUID of version 4 in lower case.
    public static func newID() -> String { UUID().uuidString.lowercased() }

    /// A file to stream new bytes into.
    ///
    /// - Throws: `StorageError`.
    public func stage(alsoSHA1: Bool = false) async throws -> StagedFile {
        try await staging.begin(alsoSHA1: alsoSHA1)
    }

    /// Makes an object of a staged file, which is used up by that.
    ///
    /// When MongoDB does not answer it is not known whether the object is there: its bytes stay, and are swept when not.
    ///
    /// - Parameters:
    ///   - staged: the bytes; finished here when they are not yet.
    ///   - tenant: who owns the object.
    ///   - name: its file name, as `FileName.clean` gives it.
    ///   - contentType: its media type.
    ///   - id: its id.
    /// - Returns: the object.
    /// - Throws: `StorageError`, `idTaken` when there is an object of this id; `MetadataUnavailable`, `MetadataError`.
    public func put(
        _ staged: StagedFile,
        tenant: String,
        name: String,
        contentType: String,
        id: String = newID()
    ) async throws -> StoredObject {
        do {
            let content = try await staged.finish()
            let target = try placement()
            let path = newPath(id)
            try await target.store(staged, as: path)
            let object = StoredObject(
                id: id,
                box: Self.box(of: tenant),
                tenant: tenant,
                name: name,
                contentType: contentType,
                size: content.size,
                etag: content.md5,
                sha1: content.sha1,
                sha256: content.sha256,
                layout: .file(target: target.id, path: path),
                created: .now
            )
            try await insert(object, on: target, path)
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
    /// - Throws: `StorageError`, `missing` or `damaged` when the bytes are not those the metadata tells of.
    public func open(_ object: StoredObject, offset: Int64 = 0, length: Int64? = nil) async throws -> ObjectReader {
        switch object.layout {
        case .file(let targetID, let path):
            let file = try await target(targetID).open(path)
            guard file.size == object.size else {
                throw StorageError.damaged(object: object.id, reason: "has \(file.size) bytes, not \(object.size)")
            }
            let start = min(max(0, offset), object.size)
            let count = min(max(0, length ?? object.size), object.size - start)
            return ObjectReader(file, object: object.id, offset: start, length: count)
        }
    }

    /// Copies an object into the container of a tenant, whichever, under an id the caller chose.
    ///
    /// Called again with the same id it answers the copy that is there, so that a job that is run twice copies once. The
    /// bytes are read, hashed and compared with what was stored; the copy shares nothing with its source.
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
        let staged = try await staging.begin(alsoSHA1: object.sha1 != nil)
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
    /// Readers that have it open can read on.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`. That bytes could not be removed is logged: they are orphans.
    @discardableResult
    public func remove(_ id: String, tenant: String) async throws -> Bool {
        guard let object = try await objects.remove(id: id, tenant: tenant) else { return false }
        switch object.layout {
        case .file(let targetID, let path): await removeBytes(path, of: try target(targetID))
        }
        return true
    }

    /// Removes bytes of all targets that no object names, and that have been there since before a moment.
    ///
    /// The moment must be so long ago that whoever stored them then has written the metadata or died: an hour.
    ///
    /// - Returns: how many files were removed.
    /// - Throws: `StorageError`, `MetadataUnavailable`, `MetadataError`.
    @discardableResult
    public func sweepOrphans(storedBefore moment: Timestamp) async throws -> Int {
        var removed = 0
        for target in targets {
            for prefix in type(of: target).prefixes {
                let paths = try await target.names(below: prefix, storedBefore: moment)
                for path in try await orphans(among: paths, of: target.id) {
                    try await target.remove(path)
                    removed += 1
                    log.info("removed bytes that no object names", ["target": target.id, "path": path])
                }
            }
        }
        return removed
    }

    private func orphans(among paths: [String], of target: String) async throws -> [String] {
        var orphans: [String] = []
        var rest = paths[...]
        while !rest.isEmpty {
            let batch = rest.prefix(1000)
            rest = rest.dropFirst(1000)
            let known = try await objects.find(ids: batch.map(Self.objectID)).map(\.layout)
            orphans += batch.filter { !known.contains(.file(target: target, path: $0)) }
        }
        return orphans
    }

    /// A path nobody used before: an earlier try for the same object may have left its bytes.
    private func newPath(_ id: String) -> String {
        let unique = Crypto.randomBytes(8).hex
        return "\(unique.prefix(3))/\(id).\(unique)"
    }

    /// The object a path was made for.
    private static func objectID(_ path: String) -> String {
        String(path.drop { $0 != "/" }.dropFirst().prefix { $0 != "." })
    }

    private func insert(_ object: StoredObject, on target: any Target, _ path: String) async throws {
        do {
            try await objects.insert(object)
        } catch let error as MetadataError {
            // A refusal is certain: nothing names these bytes.
            await removeBytes(path, of: target)
            throw error.isDuplicate ? StorageError.idTaken(object.id) : error
        }
    }

    private func existingCopy(of object: StoredObject, in tenant: String, _ id: String) async throws -> StoredObject? {
        guard let copy = try await objects.find(id: id, tenant: tenant) else { return nil }
        guard copy.sha256 == object.sha256, copy.size == object.size else { throw StorageError.idTaken(id) }
        return copy
    }

    private func removeBytes(_ path: String, of target: any Target) async {
        do {
            try await target.remove(path)
        } catch {
            log.warning("bytes could not be removed and are left to the sweep", ["path": path, "error": "\(error)"])
        }
    }

    /// Removes a staged file on the way out of a failure, which is what the caller is to hear of.
    private func discard(_ staged: StagedFile) async {
        do {
            try await staged.discard()
        } catch {
            log.warning("a staged file could not be removed and is left to the next start", ["error": "\(error)"])
        }
    }

    private func placement() throws -> any Target {
        guard let target = targets.first else { throw StorageError.unknownTarget("(none)") }
        return target
    }

    private func target(_ id: String) throws -> any Target {
        guard let target = targets.first(where: { $0.id == id }) else { throw StorageError.unknownTarget(id) }
        return target
    }
}
