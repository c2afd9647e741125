import CMongoC
import HawserCore

/// Which state of a changed document is answered.
public enum ReturnedDocument: Sendable, Hashable {
    /// As it was.
    case before
    /// As it is now.
    case after
}

extension MongoCollection {
    /// Changes the first document that matches, and answers it, in one atomic step.
    ///
    /// - Parameters:
    ///   - filter: which document.
    ///   - update: update operators.
    ///   - sort: which is the first.
    ///   - upsert: whether to make one when none matches.
    ///   - returning: the document before or after the change; before is nil when it was made.
    /// - Returns: the document, nil when none matched.
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    public func findOneAndUpdate(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        sort: BSONDocument = [:],
        upsert: Bool = false,
        returning: ReturnedDocument = .after
    ) async throws -> BSONDocument? {
        var flags = MONGOC_FIND_AND_MODIFY_NONE.rawValue
        if upsert { flags |= MONGOC_FIND_AND_MODIFY_UPSERT.rawValue }
        if returning == .after { flags |= MONGOC_FIND_AND_MODIFY_RETURN_NEW.rawValue }
        return try await findAndModify(filter, update, sort: sort, flags: flags)
    }

    /// Removes the first document that matches, and answers it, in one atomic step.
    public func findOneAndDelete(_ filter: BSONDocument, sort: BSONDocument = [:]) async throws -> BSONDocument? {
        try await findAndModify(filter, nil, sort: sort, flags: MONGOC_FIND_AND_MODIFY_REMOVE.rawValue)
    }

    private func findAndModify(
        _ filter: BSONDocument,
        _ update: BSONDocument?,
        sort: BSONDocument,
        flags: UInt32
    ) async throws -> BSONDocument? {
        try await run("findAndModify") { collection, call in
            let options = mongoc_find_and_modify_opts_new()
            defer { mongoc_find_and_modify_opts_destroy(options) }
            mongoc_find_and_modify_opts_set_flags(options, mongoc_find_and_modify_flags_t(flags))
            if !sort.isEmpty { mongoc_find_and_modify_opts_set_sort(options, try call.bson(sort)) }
            if let update { mongoc_find_and_modify_opts_set_update(options, try call.bson(update)) }
            let filter = try call.bson(filter)
            try call.check(
                mongoc_collection_find_and_modify_with_opts(collection, filter, options, call.reply, call.error)
            )
            return try call.replied()["value"]?.document
        }
    }
}
