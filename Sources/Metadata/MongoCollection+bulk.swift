import CMongoC
import HawserCore

/// One write of many that are sent together.
public enum WriteModel: Sendable, Hashable {
    /// Stores a new document.
    case insertOne(BSONDocument)
    /// Changes the first document that matches, or makes one when `upsert` is set.
    case updateOne(BSONDocument, BSONDocument, upsert: Bool = false)
    /// Changes all documents that match.
    case updateMany(BSONDocument, BSONDocument)
    /// Puts a document in the place of the first that matches, or stores it when `upsert` is set.
    case replaceOne(BSONDocument, BSONDocument, upsert: Bool = false)
    /// Removes the first document that matches.
    case deleteOne(BSONDocument)
    /// Removes all documents that match.
    case deleteMany(BSONDocument)
}

/// What became of many writes.
public struct BulkResult: Sendable, Hashable {
    /// A write that was refused.
    public struct Failure: Sendable, Hashable {
        /// Its place in the list.
        public let index: Int
        /// MongoDB's error number.
        public let code: Int
        /// MongoDB's words; may quote the values of a duplicate key.
        public let message: String

        /// Whether a unique index already holds the value.
        public var isDuplicate: Bool { code == 11000 || code == 11001 }
    }

    /// How many documents were stored by inserts.
    public var inserted = 0
    /// How many documents matched updates and replacements.
    public var matched = 0
    /// How many of those are different now.
    public var modified = 0
    /// How many documents were made by updates and replacements.
    public var upserted = 0
    /// How many documents were removed.
    public var deleted = 0
    /// The writes that were refused; all others were done.
    public var failures: [Failure] = []
}

extension MongoCollection {
    /// Sends many writes together, in no order; a refused one does not keep the others from being done.
    ///
    /// - Returns: counts, and which writes were refused.
    /// - Throws: `MetadataUnavailable` when some may not have been done at all: send all again, so make them such that
    ///   this does no harm.
    public func bulkWrite(_ models: [WriteModel]) async throws -> BulkResult {
        guard !models.isEmpty else { return BulkResult() }
        return try await run("bulkWrite") { collection, call in
            let bulk = mongoc_collection_create_bulk_operation_with_opts(collection, try call.bson(["ordered": false]))
            defer { mongoc_bulk_operation_destroy(bulk) }
            for model in models { try add(model, to: bulk, call) }
            let isDone = mongoc_bulk_operation_execute(bulk, call.reply, call.error) != 0
            let result = try BulkResult(call.replied())
            // Refused writes are a result; a lost server or a failed write concern is not.
            guard isDone || !result.failures.isEmpty && !(call.failure is MetadataUnavailable) else {
                throw call.failure
            }
            return result
        }
    }

    private func add(_ model: WriteModel, to bulk: OpaquePointer?, _ call: MongoCall) throws {
        let error = call.error
        let plain = try call.bson(Self.unchecked)
        func options(upsert: Bool) throws -> OpaquePointer {
            try call.bson(Self.unchecked.merging(["upsert": .bool(upsert)]))
        }
        let isTaken: Bool
        switch model {
        case .insertOne(let document):
            isTaken = mongoc_bulk_operation_insert_with_opts(bulk, try call.bson(document), plain, error)
        case .updateOne(let filter, let update, let upsert):
            let (filter, update, options) = (try call.bson(filter), try call.bson(update), try options(upsert: upsert))
            isTaken = mongoc_bulk_operation_update_one_with_opts(bulk, filter, update, options, error)
        case .updateMany(let filter, let update):
            let (filter, update) = (try call.bson(filter), try call.bson(update))
            isTaken = mongoc_bulk_operation_update_many_with_opts(bulk, filter, update, plain, error)
        case .replaceOne(let filter, let document, let upsert):
            let (filter, document) = (try call.bson(filter), try call.bson(document))
            let options = try options(upsert: upsert)
            isTaken = mongoc_bulk_operation_replace_one_with_opts(bulk, filter, document, options, error)
        case .deleteOne(let filter):
            isTaken = mongoc_bulk_operation_remove_one_with_opts(bulk, try call.bson(filter), nil, error)
        case .deleteMany(let filter):
            isTaken = mongoc_bulk_operation_remove_many_with_opts(bulk, try call.bson(filter), nil, error)
        }
        try call.check(isTaken)
    }
}

extension BulkResult {
    /// Reads the driver's reply.
    fileprivate init(_ reply: BSONDocument) throws {
        func count(_ name: String) -> Int { Int(reply[name]?.int ?? 0) }
        inserted = count("nInserted")
        matched = count("nMatched")
        modified = count("nModified")
        upserted = count("nUpserted")
        deleted = count("nRemoved")
        for entry in reply["writeErrors"]?.array ?? [] {
            guard let document = entry.document else { continue }
            failures.append(
                Failure(
                    index: Int(try document.required("index", \.int)),
                    code: Int(try document.required("code", \.int)),
                    message: try document.required("errmsg", \.string)
                )
            )
        }
    }
}
