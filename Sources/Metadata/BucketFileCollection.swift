public import HawserCore

/// The files in the buckets of all tenants.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct BucketFileCollection: Sendable {
    /// Which of them the cache does not have yet.
    public let marks: CacheMarks
    private let files: MongoCollection

    /// The files of a database.
    public init(_ database: MongoDatabase) {
        files = database.collection("files")
        marks = CacheMarks(files)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await files.createIndexes([
            MongoIndex(["bucket": 1, "removed": 1]), MongoIndex(["bucket": 1, "_id": 1]), CacheMarks.index,
        ])
    }

    /// Stores new files as a part of a transaction; the cache does not have them yet.
    public func insert(_ new: [BucketFile], in transaction: MongoTransaction) throws {
        let mark = BSON.date(.now)
        try transaction.insertMany(files, new.map { $0.document.merging(["uncached": mark]) })
    }

    /// A tenant's file; another tenant's is none.
    public func find(id: String, tenant: String) async throws -> BucketFile? {
        try await files.findOne(Self.one(id, tenant)).map(read)
    }

    /// How many files a bucket has.
    public func count(bucket: Int64) async throws -> Int {
        try await files.count(["bucket": .int(bucket), "removed": .null])
    }

    /// Counts a download.
    public func visit(id: String, tenant: String) async throws {
        let now = Timestamp.now
        var update = CacheMarks.marking(["$inc": ["visits": 1]], now: now)
        update["$max"] = ["visited": .date(now)]
        try await files.updateOne(Self.one(id, tenant), update)
    }

    /// Has nobody find a file any more; answers it, nil when there is none.
    public func remove(id: String, tenant: String) async throws -> BucketFile? {
        try await files.findOneAndUpdate(
            Self.one(id, tenant),
            CacheMarks.marking(["$set": ["removed": .date(.now)]])
        ).map(read)
    }

    /// Has nobody find these files any more.
    public func remove(ids: [String]) async throws {
        try await files.updateMany(
            ["_id": ["$in": .array(ids.map(BSON.string))], "removed": .null],
            CacheMarks.marking(["$set": ["removed": .date(.now)]])
        )
    }

    /// Files of a bucket in the order of their ids, those that are being removed included.
    public func list(bucket: Int64, after id: String, limit: Int) async throws -> [BucketFile] {
        try await files.find(
            ["bucket": .int(bucket), "_id": ["$gt": .string(id)]],
            sort: ["_id": 1],
            limit: limit
        ).map(read)
    }

    /// Forgets files that are being removed: their bytes are gone, and the cache does not have them.
    public func forget(ids: [String]) async throws {
        try await files.deleteMany(
            ["_id": ["$in": .array(ids.map(BSON.string))], "removed": ["$exists": true]]
        )
    }

    /// Files that the cache has not got for so long, the longest first, those that are being removed included.
    public func uncached(before moment: Timestamp, limit: Int) async throws -> [BucketFile] {
        try await marks.documents(before: moment, limit: limit).map(read)
    }

    private static func one(_ id: String, _ tenant: String) -> BSONDocument {
        ["_id": .string(id), "tenant": .string(tenant), "removed": .null]
    }

    private func read(_ document: BSONDocument) throws -> BucketFile {
        try files.reading(document) { try BucketFile(document: $0) }
    }
}
