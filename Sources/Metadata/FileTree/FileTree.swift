import HawserCore

/// The trees of files and folders of all tenants.
///
/// An entry names the folder it is in, so what is in a folder goes out of sight with it. Whoever puts something into a
/// folder changes the folder's own document in the same transaction, as does whoever takes the folder away: of the two,
/// one comes first, and nothing is ever put into a folder that is gone.
///
/// What is removed is out of sight at once and in the trash (a parent no path leads to) until its objects are freed.
/// Calls throw `FileTreeError` for what is refused, `MetadataUnavailable` and `MetadataError`.
public struct FileTree: Sendable {
    /// What the top is called as a parent.
    public static let root = "/"

    let entries: MongoCollection
    let usage: UsageCollection

    /// The trees of a database.
    public init(_ database: MongoDatabase) {
        entries = database.collection("tree_entries")
        usage = UsageCollection(database)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await entries.createIndexes([
            MongoIndex(["tenant": 1, "parent": 1, "name": 1], isUnique: true),
            MongoIndex(["tenant": 1, "parent": 1, "folder": -1, "name": 1]),
            MongoIndex(["tenant": 1, "sha1": 1, "size": 1], only: ["sha1": ["$exists": true]]),
            MongoIndex(["tenant": 1, "versions.sha1": 1], only: ["versions.sha1": ["$exists": true]]),
            MongoIndex(["trash": 1], isSparse: true),
        ])
    }

    /// What a path leads to; nil for the top.
    ///
    /// - Throws: `FileTreeError` 201 when it leads nowhere.
    public func entry(at path: TreePath, tenant: String) async throws -> TreeEntry? {
        var found: TreeEntry?
        for name in path.names {
            if let found, !found.isFolder { throw FileTreeError.noFolder }
            guard let next = try await entry(name, in: found?.id ?? Self.root, tenant: tenant) else {
                throw FileTreeError.noFolder
            }
            found = next
        }
        return found
    }

    /// The folder a path leads to: its id, or `root`.
    ///
    /// - Throws: `FileTreeError` 201 when it leads nowhere, 203 when to a file.
    public func folder(at path: TreePath, tenant: String) async throws -> String {
        guard let entry = try await entry(at: path, tenant: tenant) else { return Self.root }
        guard entry.isFolder else { throw FileTreeError.notAFolder }
        return entry.id
    }

    /// What has a name in a folder.
    public func entry(_ name: String, in folder: String, tenant: String) async throws -> TreeEntry? {
        try await entries.findOne(Self.place(name, folder, tenant)).map(read)
    }

    /// A tenant's entry that is not in the trash itself.
    public func entry(id: String, tenant: String) async throws -> TreeEntry? {
        try await entries.findOne(["_id": .string(id), "tenant": .string(tenant), "trash": nil]).map(read)
    }

    /// A tenant's file, or an older version of one, with such a content, that can be seen; nil when there is none.
    public func content(sha1: String, tenant: String) async throws -> [TreeEntry.Content] {
        let current: BSONDocument = ["tenant": .string(tenant), "sha1": .string(sha1), "trash": nil]
        let older: BSONDocument = ["tenant": .string(tenant), "versions.sha1": .string(sha1), "trash": nil]
        var found: [TreeEntry.Content] = []
        for filter in [current, older] {
            for entry in try await entries.find(filter, limit: 100).map(read) where try await isVisible(entry) {
                found += ([entry.content].compactMap { $0 } + entry.versions).filter { $0.sha1 == sha1 }
            }
        }
        return found
    }

    /// Whether a path leads to an entry: whether no folder above it is in the trash.
    private func isVisible(_ entry: TreeEntry) async throws -> Bool {
        var parent = entry.parent
        while parent != Self.root {
            let filter: BSONDocument = ["_id": .string(parent), "tenant": .string(entry.tenant), "trash": nil]
            guard let above = try await entries.findOne(filter, projection: ["parent": 1]) else { return false }
            parent = try above.required("parent", \.string)
        }
        return true
    }

    func read(_ document: BSONDocument) throws -> TreeEntry {
        try entries.reading(document, TreeEntry.init(document:))
    }

    static func place(_ name: String, _ folder: String, _ tenant: String) -> BSONDocument {
        ["tenant": .string(tenant), "parent": .string(folder), "name": .string(name)]
    }

    /// Changes a folder's document, so that this transaction and one that takes the folder away exclude each other.
    ///
    /// - Throws: `FileTreeError` 201 when the folder is gone.
    func touch(_ folder: String, _ tenant: String, in transaction: MongoTransaction) throws {
        guard folder != Self.root else { return }
        let filter: BSONDocument = ["_id": .string(folder), "tenant": .string(tenant), "trash": nil, "folder": true]
        guard try transaction.updateOne(entries, filter, ["$inc": ["changes": 1]]).matched > 0 else {
            throw FileTreeError.noFolder
        }
    }
}
