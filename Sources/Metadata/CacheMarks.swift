import HawserCore

/// Which documents of a collection a cache outside of MongoDB does not have as they are.
///
/// Each change counts the document's `version` up and sets `uncached` to its time, unless an earlier change is marked
/// already. The mark goes when the cache has that very version. So whoever dies between MongoDB and the cache leaves a
/// mark that somebody else finds. A document that is removed has `removed` until the cache has forgotten it.
public struct CacheMarks: Sendable {
    /// The index that the marked ones are found by.
    static let index = MongoIndex(["uncached": 1], isSparse: true)

    private let collection: MongoCollection

    init(_ collection: MongoCollection) {
        self.collection = collection
    }

    /// An update that marks what it changes.
    static func marking(_ update: BSONDocument, now: Timestamp = .now) -> BSONDocument {
        var increments = update["$inc"]?.document ?? [:]
        increments["version"] = 1
        return update.merging(["$inc": .document(increments), "$min": ["uncached": .date(now)]])
    }

    /// Documents that were marked before a moment, the oldest mark first.
    func documents(before moment: Timestamp, limit: Int) async throws -> [BSONDocument] {
        try await collection.find(["uncached": ["$lt": .date(moment)]], sort: ["uncached": 1], limit: limit)
    }

    /// Takes the marks away from documents that the cache has in these versions; later changes keep theirs.
    ///
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func settle(_ versions: [(id: BSON, version: Int64)]) async throws {
        _ = try await collection.bulkWrite(
            versions.map { entry in
                .updateOne(["_id": entry.id, "version": .int(entry.version)], ["$unset": ["uncached": ""]])
            }
        )
    }

    /// Marks all documents: the cache has lost what it had.
    ///
    /// Their versions grow, so that nobody who wrote to the cache before takes a mark away.
    ///
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func markAll() async throws {
        try await collection.updateMany(["removed": .null], Self.marking([:]))
    }

    /// Those of the ids that are of documents which are not removed.
    ///
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func live(among ids: [BSON]) async throws -> Set<BSON> {
        guard !ids.isEmpty else { return [] }
        let found = try await collection.find(
            ["_id": ["$in": .array(ids)], "removed": .null],
            projection: ["_id": 1]
        )
        return Set(found.compactMap { $0["_id"] })
    }
}
