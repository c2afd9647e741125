import CMongoC
import HawserCore

/// A collection of a MongoDB database.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct MongoCollection: Sendable {
    /// The database it is in.
    public let database: MongoDatabase
    /// Its name.
    public let name: String

    init(database: MongoDatabase, name: String) {
        self.database = database
        self.name = name
    }

    /// Runs a blocking call on this collection, on a thread of the database.
    func run<Value: Sendable>(
        _ operation: String,
        isHurried: Bool = true,
        _ body: @escaping @Sendable (OpaquePointer, MongoCall) throws -> Value
    ) async throws -> Value {
        let operation = MongoOperation(name: operation, collection: name)
        return try await database.run(operation, isHurried: isHurried) { [name, databaseName = database.name] call in
            guard let collection = mongoc_client_get_collection(call.client, databaseName, name) else {
                throw operation.error(.failed(code: 0), "the driver made no collection")
            }
            defer { mongoc_collection_destroy(collection) }
            return try body(collection, call)
        }
    }

    /// Makes a value of the program from a stored document.
    ///
    /// - Throws: `MetadataError`, kind `malformed`, that names the document and field when it cannot be read.
    public func reading<Value>(_ document: BSONDocument, _ make: (BSONDocument) throws -> Value) throws -> Value {
        do {
            return try make(document)
        } catch let error as BSONFieldError {
            let id = document["_id"]?.string ?? "?"
            throw MongoOperation(name: "read", collection: name).error(.malformed, "document \(id): \(error)")
        }
    }
}
