import HawserCore

extension FileTree {
    /// Makes folders in a folder, all or none.
    ///
    /// - Parameters:
    ///   - names: their names.
    ///   - folder: the folder they go into.
    ///   - tenant: whose.
    ///   - isInteractive: whether a folder that is there is refused rather than kept.
    /// - Throws: `FileTreeError` 8 (folders are there), 9 (a file has a name), 10 (both), 201 (the folder is gone).
    public func addFolders(
        _ names: [String],
        in folder: String,
        tenant: String,
        isInteractive: Bool
    ) async throws {
        var seen: Set<[UInt8]> = []
        let names = names.filter { seen.insert(Array($0.utf8)).inserted }
        try await entries.database.transaction("folders") { [self] transaction in
            try touch(folder, tenant, in: transaction)
            let filter: BSONDocument = [
                "tenant": .string(tenant), "parent": .string(folder),
                "name": ["$in": .array(names.map(BSON.string))],
            ]
            let known = try transaction.find(entries, filter, limit: names.count).map(read)
            let files = known.filter { !$0.isFolder }.map(\.name).joined(separator: ", ")
            let folders = known.filter(\.isFolder).map(\.name).joined(separator: ", ")
            let isFile = !files.isEmpty
            if isInteractive, isFile, !folders.isEmpty {
                throw FileTreeError(10, "duplication of file name: \(files), and folder name: \(folders)")
            }
            if isFile { throw FileTreeError(9, "duplication of file name: \(files)") }
            if isInteractive, !folders.isEmpty {
                throw FileTreeError(8, "duplication of folder name: \(folders)")
            }
            let taken = Set(known.map { Array($0.name.utf8) })
            for name in names where !taken.contains(Array(name.utf8)) {
                let entry = TreeEntry.new(name, in: folder, tenant: tenant, nil)
                try Self.insert(entry, entries, transaction)
            }
        }
    }

    /// Makes the folders of a path that are not there yet.
    ///
    /// - Returns: the last one's id, or `root`.
    /// - Throws: `FileTreeError` 203 when a file has one of the names.
    public func ensureFolder(at path: TreePath, tenant: String) async throws -> String {
        var folder = Self.root
        for name in path.names {
            var next = try await entry(name, in: folder, tenant: tenant)
            if next == nil {
                try await addFolders([name], in: folder, tenant: tenant, isInteractive: false)
                next = try await entry(name, in: folder, tenant: tenant)
            }
            guard let next else { throw FileTreeError.noFolder }
            guard next.isFolder else { throw FileTreeError.notAFolder }
            folder = next.id
        }
        return folder
    }

    /// Stores a new entry.
    ///
    /// - Throws: `MongoTransaction.Conflict` when the name was taken since this transaction looked.
    static func insert(_ entry: TreeEntry, _ entries: MongoCollection, _ transaction: MongoTransaction) throws {
        do {
            try transaction.insertOne(entries, entry.document)
        } catch let error as MetadataError where error.isDuplicate {
            throw MongoTransaction.Conflict(cause: error)
        }
    }
}
