import HawserCore

/// The objects of all tenants; what each tenant has stored is counted with them.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct StoredObjectCollection: Sendable {
    private let objects: MongoCollection
    private let usage: UsageCollection

    /// The objects of a database.
    public init(_ database: MongoDatabase) {
        objects = database.collection("objects")
        usage = UsageCollection(database)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await objects.createIndexes([MongoIndex(["tenant": 1, "_id": 1])])
    }

    /// Stores an object that is new.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when there is one with its id.
    public func insert(_ object: StoredObject) async throws {
        try await objects.database.transaction("insert") { [objects, usage] transaction in
            try transaction.insertOne(objects, object.document)
            let change = Usage(volume: object.size, objects: 1)
            try usage.add(change, to: object.tenant, for: object.id, in: transaction)
        }
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
        try await objects.database.transaction("remove") { [objects, usage] transaction in
            let filter: BSONDocument = ["_id": .string(id), "tenant": .string(tenant)]
            guard let document = try transaction.findOneAndDelete(objects, filter) else { return nil }
            let object = try objects.reading(document, StoredObject.init(document:))
            let change = Usage(volume: -object.size, objects: -1)
            try usage.add(change, to: tenant, for: id, in: transaction)
            return object
        }
    }

    private func read(_ document: BSONDocument) throws -> StoredObject {
        try objects.reading(document, StoredObject.init(document:))
    }
}
