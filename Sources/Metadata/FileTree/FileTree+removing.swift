public import HawserCore

extension FileTree {
    /// Takes an entry out of sight, with all that is in it; what it held is freed afterwards.
    ///
    /// - Parameters:
    ///   - entry: the entry, as it was found.
    ///   - recursion: whether a folder may have something in it.
    /// - Throws: `FileTreeError` 6 when it is gone, 7 when it is a folder with something in it.
    public func discard(_ entry: TreeEntry, recursion: Bool) async throws {
        try await entries.database.transaction("remove") { [self] transaction in
            let place = Self.place(entry.name, entry.parent, entry.tenant)
                .merging(["_id": .string(entry.id), "trash": nil])
            guard try transaction.updateOne(entries, place, Self.trashing(entry.id, root: entry.id)).matched > 0 else {
                throw FileTreeError.noTarget
            }
            guard entry.isFolder, !recursion else { return }
            let inside: BSONDocument = ["tenant": .string(entry.tenant), "parent": .string(entry.id)]
            if try transaction.findOne(entries, inside, projection: ["_id": 1]) != nil { throw FileTreeError.notEmpty }
        }
    }

    /// Puts a folder within one that is in the trash there by itself: nothing can be put into it from then on.
    public func discard(folder: TreeEntry, of root: String) async throws {
        try await entries.updateOne(["_id": .string(folder.id)], Self.trashing(folder.id, root: root))
    }

    /// What is in the trash by the removal of an entry: it, and folders that were within it; so many at most.
    public func trash(of root: String, tenant: String, limit: Int) async throws -> [TreeEntry] {
        try await entries.find(["trash": .string(root), "tenant": .string(tenant)], limit: limit).map(read)
    }

    /// Entries whose removal began before a moment and is not over, by tenant and id.
    public func unfinishedRemovals(before moment: Timestamp, limit: Int) async throws -> [(tenant: String, id: String)]
    {
        let filter: BSONDocument = ["trash": ["$gt": ""], "trashed": ["$lt": .date(moment)]]
        let found = try await entries.find(filter, limit: limit, projection: ["tenant": 1, "trash": 1])
        var seen: Set<String> = []
        return try found.compactMap { document in
            let id = try document.required("trash", \.string)
            return seen.insert(id).inserted ? (try document.required("tenant", \.string), id) : nil
        }
    }

    /// Forgets an entry whose objects are freed.
    public func forget(_ entry: TreeEntry) async throws {
        try await entries.deleteOne(["_id": .string(entry.id)])
    }

    /// What takes an entry into the trash; each is in a parent of its own there, so that no two names clash.
    private static func trashing(_ id: String, root: String) -> BSONDocument {
        [
            "$set": ["parent": .string("trash:\(id)"), "trash": .string(root), "trashed": .date(.now)],
            "$inc": ["changes": 1],
        ]
    }
}
