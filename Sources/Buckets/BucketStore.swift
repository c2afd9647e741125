import HawserCore
public import HawserMetadata
public import HawserRedis
public import HawserStorage

/// Buckets and their files (seed 002): records in MongoDB, bytes in the object store, a copy of the records in Redis.
///
/// MongoDB is changed first and decides. Redis is told next; when that fails, or the process dies before, the record's
/// mark stays and `BucketSweep` tells it.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public final class BucketStore: Sendable {
    let database: MongoDatabase
    let buckets: BucketCollection
    let files: BucketFileCollection
    let uploads: FileUploadCollection
    let states: CacheStateCollection
    let objects: ObjectStore
    let cache: BucketCache
    let log = Log("buckets")

    /// The buckets of a database.
    public init(_ database: MongoDatabase, objects: ObjectStore, redis: RedisClient) {
        self.database = database
        buckets = BucketCollection(database)
        files = BucketFileCollection(database)
        uploads = FileUploadCollection(database)
        states = CacheStateCollection(database)
        self.objects = objects
        cache = BucketCache(redis)
    }

    /// Makes the indexes that are not there yet.
    public static func prepare(_ database: MongoDatabase) async throws {
        try await BucketCollection(database).prepare()
        try await BucketFileCollection(database).prepare()
        try await FileUploadCollection(database).prepare()
    }

    /// Makes a bucket.
    ///
    /// - Parameters:
    ///   - number: its number; nil: the next one that is free.
    ///   - tenant: who owns it.
    ///   - name: what it is called.
    ///   - path: what its files' paths begin with.
    ///   - title: what it is called in a list.
    ///   - policy: how the bytes of its files are kept.
    /// - Returns: the bucket.
    /// - Throws: `BucketError.numberTaken`; `MetadataUnavailable`, `MetadataError`.
    public func create(
        number: Int64?,
        tenant: String,
        name: String,
        path: String,
        title: String?,
        policy: StoragePolicy = .standard
    ) async throws -> Bucket {
        while true {
            var id = number ?? 0
            if number == nil { id = try await buckets.nextNumber() }
            let bucket = Bucket(
                id: id,
                tenant: tenant,
                name: name,
                path: path,
                title: title,
                policy: policy,
                created: .now
            )
            do {
                try await buckets.insert(bucket)
            } catch let error as MetadataError where error.isDuplicate {
                guard number == nil else { throw BucketError.numberTaken(id) }
                continue
            }
            await tell(bucket)
            return bucket
        }
    }

    /// A tenant's bucket; another tenant's is none.
    public func bucket(_ id: Int64, tenant: String) async throws -> Bucket? {
        try await buckets.find(id: id, tenant: tenant)
    }

    /// A tenant's buckets by number.
    public func buckets(tenant: String) async throws -> [Bucket] {
        try await buckets.list(tenant: tenant)
    }

    /// How many buckets a tenant has.
    public func bucketCount(tenant: String) async throws -> Int {
        try await buckets.count(tenant: tenant)
    }

    /// How many files a tenant's bucket has; none when it is not there.
    public func fileCount(in id: Int64, tenant: String) async throws -> Int {
        guard try await buckets.find(id: id, tenant: tenant) != nil else { return 0 }
        return try await files.count(bucket: id)
    }

    /// Changes what is not nil of a bucket; says whether there was one.
    @discardableResult
    public func change(_ id: Int64, tenant: String, to change: Bucket.Change) async throws -> Bool {
        let changed = try await buckets.change(id: id, tenant: tenant, to: change)
        guard let changed else { return false }
        await tell(changed)
        return true
    }

    /// Notes that a job deletes a bucket, which takes no more files from then on; says whether there is one.
    @discardableResult
    public func close(_ id: Int64, tenant: String, job: String) async throws -> Bool {
        try await buckets.close(id: id, tenant: tenant, job: job) != nil
    }

    /// Takes back that a job deletes a bucket: the job has come to nothing.
    public func reopen(_ id: Int64, job: String) async throws {
        try await buckets.reopen(id: id, job: job)
    }

    /// Tells Redis of a bucket, if it takes it now.
    private func tell(_ bucket: Bucket) async {
        guard await cache.write([.put(bucket)]) else { return }
        await settle(buckets.marks, [(.int(bucket.id), bucket.version)])
    }

    /// Takes marks away; those that stay are found by the sweep.
    func settle(_ marks: CacheMarks, _ versions: [(id: BSON, version: Int64)]) async {
        do {
            try await marks.settle(versions)
        } catch {
            log.info("marks are taken away later", ["count": versions.count, "error": "\(error)"])
        }
    }
}
