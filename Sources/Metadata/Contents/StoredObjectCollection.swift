import HawserCore

/// The objects of all tenants; what each tenant has stored, and who names which content, is counted with them.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct StoredObjectCollection: Sendable {
    /// What was taken away.
    public struct Removed: Sendable, Hashable {
        /// The object.
        public let object: StoredObject
        /// Its content, when no other object names it: its bytes are to be removed.
        public let content: StoredContent?
    }

    /// How long it is tried to name a content that others begin or cease to name all the time.
    private static let sharing = Duration.milliseconds(200)

    private let objects: MongoCollection
    private let contents: StoredContentCollection
    private let usage: UsageCollection

    /// The objects of a database.
    public init(_ database: MongoDatabase) {
        objects = database.collection("objects")
        contents = StoredContentCollection(database)
        usage = UsageCollection(database)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await objects.createIndexes([MongoIndex(["tenant": 1, "_id": 1])])
    }

    /// Stores an object that is new, and its content, which is new, too.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when there is one with its id.
    public func insert(_ object: StoredObject, with content: StoredContent) async throws {
        _ = try await objects.database.transaction("insert") { [self] transaction in
            try insert(object, with: content, in: transaction)
        }
    }

    /// Stores an object that is new, and whose content is there already.
    ///
    /// - Returns: false, with nothing done, when the content is not there any more.
    /// - Throws: `MetadataError`, kind `duplicate`, when there is one with its id; `isConflict` when so many others name
    ///   or cease to name the content that it is no use to wait.
    public func insertSharing(_ object: StoredObject) async throws -> Bool {
        try await objects.database.transaction("insert", atMost: Self.sharing) { [self] transaction in
            try insert(object, with: nil, in: transaction)
        }
    }

    /// Stores an object that is new, as a part of a transaction that does more.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - content: its content, when that is new, too; nil: it is there already.
    ///   - transaction: the transaction.
    /// - Returns: false, with nothing done, when a content that should be there is not there any more.
    /// - Throws: what the transaction throws; `MetadataError`, kind `duplicate`, when there is an object of its id.
    public func insert(
        _ object: StoredObject,
        with content: StoredContent?,
        in transaction: MongoTransaction
    ) throws -> Bool {
        if let content {
            try contents.insert(content, in: transaction)
        } else {
            guard try contents.share(object.content, in: transaction) else { return false }
        }
        try transaction.insertOne(objects, object.document)
        try usage.add(Usage(volume: object.size, objects: 1), to: object.tenant, for: object.id, in: transaction)
        return true
    }

    /// A tenant's object; another tenant's is none.
    public func find(id: String, tenant: String) async throws -> StoredObject? {
        try await objects.findOne(["_id": .string(id), "tenant": .string(tenant)]).map(read)
    }

    /// The objects among these ids that exist, whoever's they are.
    public func find(ids: [String]) async throws -> [StoredObject] {
        guard !ids.isEmpty else { return [] }
        return try await objects.find(["_id": ["$in": .array(ids.map(BSON.string))]]).map(read)
    }

    /// Takes away a tenant's object and answers it; nil when there is none.
    public func remove(id: String, tenant: String) async throws -> Removed? {
        try await objects.database.transaction("remove") { [self] transaction in
            let filter: BSONDocument = ["_id": .string(id), "tenant": .string(tenant)]
            guard let document = try transaction.findOneAndDelete(objects, filter) else { return nil }
            let object = try read(document)
            let content = try contents.release(object.content, in: transaction)
            let change = Usage(volume: -object.size, objects: -1)
            try usage.add(change, to: tenant, for: id, in: transaction)
            return Removed(object: object, content: content)
        }
    }

    private func read(_ document: BSONDocument) throws -> StoredObject {
        try objects.reading(document, StoredObject.init(document:))
    }
}
