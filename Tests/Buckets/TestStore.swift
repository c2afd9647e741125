import HawserCore
import HawserMetadata
import HawserRedis
import HawserStorage
import HawserTestSupport

@testable import HawserBuckets

/// Contents stay staged.
struct NoErrands: ContentErrands {
    func newJob() -> String { UUIDv7.make() }
    func submit(_ content: StoredContent, isRepeat: Bool) async throws {}
    func isOver(_ job: String) async throws -> Bool { false }
}

/// A store of buckets over a Redis and a MongoDB database of its own.
struct TestStore: Sendable {
    let store: BucketStore
    let objects: ObjectStore
    let redis: RedisClient
    private let directory: TestDirectory

    init(redis given: RedisClient? = nil) async throws {
        directory = try TestDirectory("buckets")
        let mongo = try await TestMongo.shared
        let database = try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(mongo.port)/buckets_\(Crypto.randomBytes(8).hex)?replicaSet=rs0"),
            options: .forTests
        )
        if let given { redis = given } else { redis = try await TestRedis.shared.ownClient() }
        let pool = BlockingPool(name: "files", threads: 2)
        objects = ObjectStore(
            objects: StoredObjectCollection(database),
            contents: ContentStore(
                StoredContentCollection(database),
                area: try DirectoryTarget(id: "staged", directory: directory.file("staged")),
                targets: TargetSet(TargetCollection(database)) {
                    try await TargetFactory(data: "/", masterKey: nil).make($0)
                },
                errands: NoErrands()
            ),
            staging: try Staging(directory: directory.file("staging"), pool: pool)
        )
        try await BucketStore.prepare(database)
        store = BucketStore(database, objects: objects, redis: redis)
    }

    func bucket(_ name: String = "b") async throws -> Bucket {
        try await store.create(number: nil, tenant: "t", name: name, path: "/\(name)", title: nil)
    }

    func file(_ text: String = "x") async throws -> IncomingFile {
        let staged = try await objects.stage()
        try await staged.write(Array(text.utf8))
        return IncomingFile(staged: staged, name: "\(text).txt", type: nil, title: "T")
    }

    func hash(_ key: String) async throws -> [String: String] {
        let words = try await redis.send(["HGETALL", .string(key)]).array?.compactMap(\.string) ?? []
        return Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) }
        )
    }

    func members(of bucket: Int64) async throws -> Set<String> {
        let reply = try await redis.send(["SMEMBERS", .string(CacheKeys.files(of: bucket))])
        return Set(reply.array?.compactMap(\.string) ?? [])
    }

    /// Lets a sweep work until a condition holds.
    func sweep(until isDone: () async throws -> Bool) async throws {
        let sweeping = Task { await BucketSweep(store).run() }
        defer { sweeping.cancel() }
        // Redis and MongoDB, in which it is seen, give no sign.
        while try await !isDone() { try await Task.sleep(for: .milliseconds(20)) }
    }
}
