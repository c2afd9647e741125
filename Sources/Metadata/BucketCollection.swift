public import HawserCore

/// The buckets of all tenants.
///
/// A bucket that was removed stays as a document that nobody finds, so that its number is not given again.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct BucketCollection: Sendable {
    /// Which of them the cache does not have yet.
    public let marks: CacheMarks
    private let buckets: MongoCollection
    private let counters: MongoCollection

    /// The buckets of a database.
    public init(_ database: MongoDatabase) {
        buckets = database.collection("buckets")
        counters = database.collection("counters")
        marks = CacheMarks(buckets)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await buckets.createIndexes([MongoIndex(["tenant": 1, "_id": 1]), CacheMarks.index])
    }

    /// The next number of the sequence; whoever chooses numbers may have taken it.
    public func nextNumber() async throws -> Int64 {
        let counter = try await counters.findOneAndUpdate(["_id": "buckets"], ["$inc": ["last": 1]], upsert: true)
        return try counters.reading(counter ?? [:]) { try $0.required("last", \.int) }
    }

    /// Stores a new bucket.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when there is or was one of its number.
    public func insert(_ bucket: Bucket) async throws {
        try await buckets.insertOne(bucket.document.merging(["uncached": .date(.now)]))
    }

    /// A tenant's bucket; another tenant's is none.
    public func find(id: Int64, tenant: String) async throws -> Bucket? {
        try await buckets.findOne(Self.one(id, tenant)).map(read)
    }

    /// A tenant's buckets by number.
    public func list(tenant: String) async throws -> [Bucket] {
        try await buckets.find(["tenant": .string(tenant), "removed": .null], sort: ["_id": 1]).map(read)
    }

    /// How many buckets a tenant has.
    public func count(tenant: String) async throws -> Int {
        try await buckets.count(["tenant": .string(tenant), "removed": .null])
    }

    /// Changes what is not nil; answers the bucket as it is now, nil when there is none.
    public func change(id: Int64, tenant: String, to change: Bucket.Change) async throws -> Bucket? {
        let fields = change.document.merging(["modified": .date(.now)])
        return try await buckets.findOneAndUpdate(
            Self.one(id, tenant),
            CacheMarks.marking(["$set": .document(fields)])
        ).map(read)
    }

    /// Notes that a job deletes a bucket, which takes no more files from then on.
    ///
    /// - Returns: the bucket as it is now; nil when there is none.
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func close(id: Int64, tenant: String, job: String) async throws -> Bucket? {
        try await buckets.findOneAndUpdate(Self.one(id, tenant), ["$set": ["deletion": .string(job)]]).map(read)
    }

    /// Takes back that a job deletes a bucket, unless it is another one by now.
    public func reopen(id: Int64, job: String) async throws {
        try await buckets.updateOne(
            ["_id": .int(id), "deletion": .string(job), "removed": .null],
            ["$unset": ["deletion": ""]]
        )
    }

    /// Removes a bucket; answers it as the cache is to be told of it, nil when there is none.
    public func remove(id: Int64, tenant: String) async throws -> Bucket? {
        try await buckets.findOneAndUpdate(
            Self.one(id, tenant),
            CacheMarks.marking(["$set": ["removed": .date(.now)]])
        ).map(read)
    }

    /// Buckets that the cache has not got for so long, the longest first, each with whether it is removed.
    public func uncached(before moment: Timestamp, limit: Int) async throws -> [(bucket: Bucket, isRemoved: Bool)] {
        try await marks.documents(before: moment, limit: limit).map { (try read($0), $0["removed"] != nil) }
    }

    private static func one(_ id: Int64, _ tenant: String) -> BSONDocument {
        ["_id": .int(id), "tenant": .string(tenant), "removed": .null]
    }

    private func read(_ document: BSONDocument) throws -> Bucket {
        try buckets.reading(document, Bucket.init(document:))
    }
}
