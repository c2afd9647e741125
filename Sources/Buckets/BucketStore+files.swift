import HawserCore
public import HawserMetadata
import HawserStorage

extension BucketStore {
    /// A tenant's file; another tenant's is none.
    public func file(_ id: String, tenant: String) async throws -> BucketFile? {
        try await files.find(id: id, tenant: tenant)
    }

    /// The object of a file; nil when it is going away.
    public func object(of file: BucketFile) async throws -> StoredObject? {
        try await objects.find(file.id, tenant: file.tenant)
    }

    /// Counts a download.
    ///
    /// Redis hears of it by the sweep, of many at once.
    public func visit(_ file: BucketFile) async throws {
        try await files.visit(id: file.id, tenant: file.tenant)
    }

    /// Removes a file; says whether there was one.
    public func removeFile(_ id: String, tenant: String) async throws -> Bool {
        guard let file = try await files.remove(id: id, tenant: tenant) else { return false }
        do {
            try await finishRemoval([file], patient: false)
        } catch {
            // Nobody finds it any more; the sweep does the rest.
            log.info("a removed file is cleaned up later", ["file": id, "error": "\(error)"])
        }
        return true
    }

    /// Removes the objects of files that nobody finds any more, has Redis forget them, and then forgets them.
    ///
    /// - Parameters:
    ///   - removed: the files.
    ///   - patient: whether to wait for Redis as long as it takes, and fail without it; else it is left to the sweep.
    /// - Throws: `MetadataUnavailable`, `MetadataError`, `RedisUnavailable` when patient.
    func finishRemoval(_ removed: [BucketFile], patient: Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = removed[...]
            func next() {
                guard let file = rest.popFirst() else { return }
                group.addTask { [objects] in try await objects.remove(file.id, tenant: file.tenant) }
            }
            for _ in 0..<8 { next() }
            while try await group.next() != nil { next() }
        }
        let entries = removed.map { CacheEntry.drop(file: $0.id, of: $0.bucket) }
        if patient {
            guard try await cache.write(entries, deadline: .standard).allSatisfy({ $0 }) else { return }
        } else {
            guard await cache.write(entries) else { return }
        }
        try await files.forget(ids: removed.map(\.id))
    }
}
