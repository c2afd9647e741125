import Foundation
import HawserAPI
import HawserBuckets
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserRecords
import HawserRedis
import HawserStorage
import HawserTestSupport
import Testing

/// Contents stay staged.
struct NoErrands: ContentErrands {
    func newJob() -> String { UUIDv7.make() }
    func submit(_ content: StoredContent, isRepeat: Bool) async throws {}
    func isOver(_ job: String) async throws -> Bool { false }
}

/// A front in this process, over a Redis and a MongoDB database of its own.
struct TestBackend: Sendable {
    static let adminKey = "the-admin-key-of-this-test"

    let front: Front
    /// Its objects.
    let objects: ObjectStore
    /// Its database.
    let database: MongoDatabase
    /// A client of its Redis.
    let redis: RedisClient
    private let directory: TestDirectory

    /// A front with settings beside the admin key, whose store encrypts with a key if there is one.
    init(_ settings: [String: String] = [:], storeKey: [UInt8]? = Crypto.randomBytes(32)) async throws {
        directory = try TestDirectory("api")
        let mongo = try await TestMongo.shared
        database = try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(mongo.port)/api_\(Crypto.randomBytes(8).hex)?replicaSet=rs0"),
            options: .forTests
        )
        let archive = MongoJobArchive(database)
        redis = try await TestRedis.shared.ownClient()
        let queues = JobQueues(client: redis, archive: archive)
        let pool = BlockingPool(name: "files", threads: 2)
        let staging = try Staging(directory: directory.file("staging"), pool: pool)
        objects = ObjectStore(
            objects: StoredObjectCollection(database),
            contents: ContentStore(
                StoredContentCollection(database),
                area: try DirectoryTarget(id: "staged", directory: directory.file("staged")),
                targets: TargetSet(TargetCollection(database)) {
                    try await TargetFactory(data: "/", masterKey: nil).make($0)
                },
                errands: NoErrands(),
                keys: ContentKeys(masterKey: storeKey)
            ),
            staging: staging
        )
        front = Front(
            Backend(
                queues: queues,
                archive: archive,
                feed: EventFeed(queues),
                tenants: TenantCollection(database),
                sessions: TransferSessionCollection(database),
                objects: objects,
                buckets: BucketStore(database, objects: objects, redis: redis),
                clouds: nil,
                database: database,
                configuration: try Configuration.load(
                    environment: settings.merging(["HAWSER_ADMIN_KEY": Self.adminKey]) { given, _ in given }
                ),
                masterKey: Crypto.randomBytes(32),
                metrics: Metrics()
            )
        )
    }

    /// A new tenant's id, and what it sends to say who it is.
    func tenant() async throws -> (id: String, authorization: String) {
        let made = await front.handle(
            try Request(
                method: "POST",
                target: "/v1/tenants",
                headers: ["Authorization": "Bearer \(Self.adminKey)"],
                body: Array("{\"name\": \"acme\"}".utf8)
            )
        )
        let json = try Self.json(made)
        let (id, key) = (try #require(json["tenant_id"]?.string), try #require(json["key"]?.string))
        return (id, "Basic " + Data("\(id):\(key)".utf8).base64EncodedString())
    }

    /// The JSON of a response.
    static func json(_ response: Response) throws -> JSON {
        guard case .bytes(let bytes) = response.body else { return .null }
        return try JSON(parsing: bytes)
    }
}
