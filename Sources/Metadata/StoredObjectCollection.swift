import HawserCore

/// The objects of all tenants.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct StoredObjectCollection: Sendable {
    private let objects: MongoCollection

    /// The objects of a database.
    public init(_ database: MongoDatabase) {
        objects = database.collection("objects")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await objects.createIndexes([MongoIndex(["tenant": 1, "_id": 1])])
    }

    /// Stores an object that is new.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when there is one with its id.
    public func insert(_ object: StoredObject) async throws {
        try await objects.insertOne(object.document)
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
    public func remove(id: String, tenant: String) async throws -> StoredObject? {
        try await objects.findOneAndDelete(["_id": .string(id), "tenant": .string(tenant)]).map(read)
    }

    private func read(_ document: BSONDocument) throws -> StoredObject {
        try objects.reading(document, StoredObject.init(document:))
    }
}
