import CMongoC
import HawserCore

extension MongoCollection {
    /// The first document that matches, if any.
    public func findOne(
        _ filter: BSONDocument,
        sort: BSONDocument = [:],
        projection: BSONDocument = [:]
    ) async throws -> BSONDocument? {
        try await find(filter, sort: sort, limit: 1, projection: projection).first
    }

    /// The documents that match, all of them in memory: give a limit wherever there may be many.
    ///
    /// - Parameters:
    ///   - filter: what to look for.
    ///   - sort: fields with 1 or -1.
    ///   - skip: how many of the first to leave out.
    ///   - limit: how many at most; nil for all.
    ///   - projection: which fields to answer; empty for all.
    /// - Returns: the documents in order.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    public func find(
        _ filter: BSONDocument = [:],
        sort: BSONDocument = [:],
        skip: Int = 0,
        limit: Int? = nil,
        projection: BSONDocument = [:]
    ) async throws -> [BSONDocument] {
        if limit == 0 { return [] }
        var options: BSONDocument = [:]
        if !sort.isEmpty { options["sort"] = .document(sort) }
        if !projection.isEmpty { options["projection"] = .document(projection) }
        if skip > 0 { options["skip"] = .int(Int64(skip)) }
        if let limit { options["limit"] = .int(Int64(limit)) }
        return try await run("find") { [options] collection, call in
            let cursor = mongoc_collection_find_with_opts(
                collection,
                try call.bson(filter),
                try call.bson(options),
                nil
            )
            defer { mongoc_cursor_destroy(cursor) }
            var found: [BSONDocument] = []
            var document: OpaquePointer?
            while mongoc_cursor_next(cursor, &document) {
                if let document { found.append(try BSONReader.document(document)) }
            }
            try call.check(!mongoc_cursor_error(cursor, call.error))
            return found
        }
    }

    /// How many documents match, counted one by one, but no further than the limit.
    public func count(_ filter: BSONDocument = [:], limit: Int? = nil) async throws -> Int {
        try await run("count", isHurried: limit != nil) { collection, call in
            let options = try call.bson(limit.map { ["limit": .int(Int64($0))] } ?? [:])
            let count = mongoc_collection_count_documents(
                collection,
                try call.bson(filter),
                options,
                nil,
                nil,
                call.error
            )
            try call.check(count >= 0)
            return Int(count)
        }
    }
}

extension MongoCollection {
    /// What a pipeline makes of the documents; for few results, those of the first batch.
    func aggregate(_ pipeline: [BSON]) async throws -> [BSONDocument] {
        let command: BSONDocument = ["aggregate": .string(name), "pipeline": .array(pipeline), "cursor": [:]]
        let reply = try await database.command(command, named: "aggregate", collection: name)
        let batch = try reply.required("cursor", \.document).required("firstBatch", \.array)
        return batch.compactMap(\.document)
    }
}
