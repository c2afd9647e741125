import CMongoC
import HawserCore

/// What an update did.
public struct UpdateResult: Sendable, Hashable {
    /// How many documents matched.
    public let matched: Int
    /// How many of them are different now.
    public let modified: Int
    /// Whether there was none and one was made.
    public let isInserted: Bool

    /// Reads the driver's reply.
    init(reply: BSONDocument) throws {
        matched = Int(try reply.required("matchedCount", \.int))
        modified = Int(try reply.required("modifiedCount", \.int))
        isInserted = reply["upsertedId"] != nil
    }
}

extension MongoCollection {
    /// Stores a new document; MongoDB makes an `_id` when it has none.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when a unique index already holds one of its values.
    public func insertOne(_ document: BSONDocument) async throws {
        try await run("insert") { collection, call in
            let options = try call.bson(Self.unchecked)
            try call.check(
                mongoc_collection_insert_one(collection, try call.bson(document), options, nil, call.error)
            )
        }
    }

    /// Stores new documents in order, up to the first that is refused.
    ///
    /// Not atomic: those before a refused one stay. `bulkWrite` says for each what became of it.
    public func insertMany(_ documents: [BSONDocument]) async throws {
        guard !documents.isEmpty else { return }
        try await run("insert") { collection, call in
            var pointers = try documents.map { Optional(try call.bson($0)) }
            let options = try call.bson(Self.unchecked)
            try call.check(
                mongoc_collection_insert_many(collection, &pointers, pointers.count, options, nil, call.error)
            )
        }
    }

    /// Changes the first document that matches.
    ///
    /// - Parameters:
    ///   - filter: which document.
    ///   - update: update operators (`$set`, `$inc`, …).
    ///   - upsert: whether to make one from filter and update when none matches.
    /// - Returns: what it did.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    @discardableResult
    public func updateOne(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool = false
    ) async throws -> UpdateResult {
        try await change("update", mongoc_collection_update_one, filter, update, upsert: upsert)
    }

    /// Changes all documents that match.
    ///
    /// - Parameters:
    ///   - filter: which documents.
    ///   - update: update operators (`$set`, `$inc`, …).
    ///   - upsert: whether to make one from filter and update when none matches.
    /// - Returns: what it did.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    @discardableResult
    public func updateMany(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool = false
    ) async throws -> UpdateResult {
        try await change("update", mongoc_collection_update_many, filter, update, upsert: upsert)
    }

    /// Puts a document in the place of the first that matches; its `_id` stays.
    ///
    /// - Parameters:
    ///   - filter: which document.
    ///   - document: what is there afterwards.
    ///   - upsert: whether to store it when none matches.
    /// - Returns: what it did.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    @discardableResult
    public func replaceOne(
        _ filter: BSONDocument,
        _ document: BSONDocument,
        upsert: Bool = false
    ) async throws -> UpdateResult {
        try await change("replace", mongoc_collection_replace_one, filter, document, upsert: upsert)
    }

    /// Removes the first document that matches; says whether there was one.
    @discardableResult
    public func deleteOne(_ filter: BSONDocument) async throws -> Bool {
        try await delete(mongoc_collection_delete_one, filter) > 0
    }

    /// Removes all documents that match; says how many.
    @discardableResult
    public func deleteMany(_ filter: BSONDocument) async throws -> Int {
        try await delete(mongoc_collection_delete_many, filter)
    }

    /// The driver's own check of names is off: it refuses the empty name, which MongoDB takes.
    static let unchecked: BSONDocument = ["validate": false]

    private typealias Change =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?,
            UnsafeMutablePointer<bson_error_t>?
        ) -> Bool

    private func change(
        _ name: String,
        _ function: @escaping Change,
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool
    ) async throws -> UpdateResult {
        try await run(name) { collection, call in
            let filter = try call.bson(filter)
            let update = try call.bson(update)
            let options = try call.bson(Self.unchecked.merging(["upsert": .bool(upsert)]))
            try call.check(function(collection, filter, update, options, call.reply, call.error))
            return try UpdateResult(reply: call.replied())
        }
    }

    private typealias Delete =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<bson_error_t>?
        ) -> Bool

    private func delete(_ function: @escaping Delete, _ filter: BSONDocument) async throws -> Int {
        try await run("delete") { collection, call in
            try call.check(function(collection, try call.bson(filter), nil, call.reply, call.error))
            return Int(try call.replied().required("deletedCount", \.int))
        }
    }
}
