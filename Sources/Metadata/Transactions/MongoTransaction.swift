import CMongoC
import HawserCore

/// The reads and writes of one transaction: all are done or none, and none sees what others do meanwhile.
///
/// Lives on the thread and for the time of the closure that `MongoDatabase.transaction` calls. Errors are to be let
/// through: a refused write has ended the transaction, and a conflict with another one is answered by doing it again.
public final class MongoTransaction {
    /// A failure after which the whole transaction may be done again, and why it failed.
    struct Conflict: Error {
        let cause: any Error
    }

    private static let transient = "TransientTransactionError"

    private let client: OpaquePointer
    private let session: OpaquePointer
    private let database: String

    init(client: OpaquePointer, session: OpaquePointer, database: String) {
        self.client = client
        self.session = session
        self.database = database
    }

    /// The first document that matches, if any.
    public func findOne(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        projection: BSONDocument = [:]
    ) throws -> BSONDocument? {
        try find(collection, filter, limit: 1, projection: projection).first
    }

    /// The documents that match, in no order, so many at most.
    public func find(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        limit: Int,
        projection: BSONDocument = [:]
    ) throws -> [BSONDocument] {
        try run("find", collection) { pointer, call in
            var options: BSONDocument = ["limit": .int(Int64(limit))]
            if !projection.isEmpty { options["projection"] = .document(projection) }
            let cursor = mongoc_collection_find_with_opts(
                pointer,
                try call.bson(filter),
                try inSession(options, call),
                nil
            )
            defer { mongoc_cursor_destroy(cursor) }
            var found: [BSONDocument] = []
            var document: OpaquePointer?
            while mongoc_cursor_next(cursor, &document) {
                if let document { found.append(try BSONReader.document(document)) }
            }
            var said: OpaquePointer?
            guard mongoc_cursor_error_document(cursor, call.error, &said) else { return found }
            throw said.map { mongoc_error_has_label($0, Self.transient) } == true
                ? Conflict(cause: call.failure) : call.failure
        }
    }

    /// Stores a new document.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when a unique index already holds one of its values.
    public func insertOne(_ collection: MongoCollection, _ document: BSONDocument) throws {
        try run("insert", collection) { pointer, call in
            let options = try inSession(MongoCollection.unchecked, call)
            try check(
                mongoc_collection_insert_one(pointer, try call.bson(document), options, call.reply, call.error),
                call
            )
        }
    }

    /// Stores new documents, all or none.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when a unique index already holds one of their values.
    public func insertMany(_ collection: MongoCollection, _ documents: [BSONDocument]) throws {
        guard !documents.isEmpty else { return }
        try run("insert", collection) { pointer, call in
            let options = try inSession(MongoCollection.unchecked, call)
            var list: [OpaquePointer?] = try documents.map { try call.bson($0) }
            try check(
                mongoc_collection_insert_many(pointer, &list, list.count, options, call.reply, call.error),
                call
            )
        }
    }

    /// Changes the first document that matches; says what it did.
    @discardableResult
    public func updateOne(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool = false
    ) throws -> UpdateResult {
        try run("update", collection) { pointer, call in
            let options = try inSession(MongoCollection.unchecked.merging(["upsert": .bool(upsert)]), call)
            let (filter, update) = (try call.bson(filter), try call.bson(update))
            try check(mongoc_collection_update_one(pointer, filter, update, options, call.reply, call.error), call)
            return try UpdateResult(reply: call.replied())
        }
    }

    /// Changes all documents that match; says what it did.
    @discardableResult
    public func updateMany(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        _ update: BSONDocument
    ) throws -> UpdateResult {
        try run("update", collection) { pointer, call in
            let options = try inSession(MongoCollection.unchecked, call)
            let (filter, update) = (try call.bson(filter), try call.bson(update))
            try check(mongoc_collection_update_many(pointer, filter, update, options, call.reply, call.error), call)
            return try UpdateResult(reply: call.replied())
        }
    }

    /// Removes the first document that matches; says whether there was one.
    @discardableResult
    public func deleteOne(_ collection: MongoCollection, _ filter: BSONDocument) throws -> Bool {
        try run("delete", collection) { pointer, call in
            let (filter, options) = (try call.bson(filter), try inSession([:], call))
            try check(mongoc_collection_delete_one(pointer, filter, options, call.reply, call.error), call)
            return try call.replied().required("deletedCount", \.int) > 0
        }
    }

    /// Changes the first document that matches and answers it as it is then; nil when none matches.
    public func findOneAndUpdate(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        _ update: BSONDocument
    ) throws -> BSONDocument? {
        try findAndModify(collection, filter, update, MONGOC_FIND_AND_MODIFY_RETURN_NEW.rawValue)
    }

    /// Removes the first document that matches and answers it; nil when none matches.
    public func findOneAndDelete(_ collection: MongoCollection, _ filter: BSONDocument) throws -> BSONDocument? {
        try findAndModify(collection, filter, nil, MONGOC_FIND_AND_MODIFY_REMOVE.rawValue)
    }

    private func findAndModify(
        _ collection: MongoCollection,
        _ filter: BSONDocument,
        _ update: BSONDocument?,
        _ flags: UInt32
    ) throws -> BSONDocument? {
        try run("findAndModify", collection) { pointer, call in
            let options = mongoc_find_and_modify_opts_new()
            defer { mongoc_find_and_modify_opts_destroy(options) }
            mongoc_find_and_modify_opts_set_flags(options, mongoc_find_and_modify_flags_t(flags))
            if let update { mongoc_find_and_modify_opts_set_update(options, try call.bson(update)) }
            mongoc_find_and_modify_opts_append(options, try inSession([:], call))
            let filter = try call.bson(filter)
            try check(
                mongoc_collection_find_and_modify_with_opts(pointer, filter, options, call.reply, call.error),
                call
            )
            return try call.replied()["value"]?.document
        }
    }

    /// Options that make an operation one of this transaction.
    private func inSession(_ options: BSONDocument, _ call: MongoCall) throws -> OpaquePointer {
        let pointer = try call.bson(options)
        try call.check(mongoc_client_session_append(session, pointer, call.error))
        return pointer
    }

    private func check(_ isDone: Bool, _ call: MongoCall) throws {
        guard !isDone else { return }
        throw mongoc_error_has_label(call.reply, Self.transient) ? Conflict(cause: call.failure) : call.failure
    }

    private func run<Value>(
        _ name: String,
        _ collection: MongoCollection,
        _ body: (OpaquePointer, MongoCall) throws -> Value
    ) throws -> Value {
        let operation = MongoOperation(name: name, collection: collection.name)
        guard let pointer = mongoc_client_get_collection(client, database, collection.name) else {
            throw operation.error(.failed(code: 0), "the driver made no collection")
        }
        defer { mongoc_collection_destroy(pointer) }
        // One call per operation: the reply of each is initialised anew by the driver.
        let call = MongoCall(operation, client: client)
        do {
            return try withExtendedLifetime(call) { try body(pointer, call) }
        } catch let error as BSONFieldError {
            throw operation.error(.malformed, error.description)
        }
    }
}
