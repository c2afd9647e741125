import HawserAPI
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserRecords
import HawserRedis
import HawserStorage
import HawserTestSupport

/// A front in this process, over a Redis and a MongoDB database of its own.
struct TestBackend: Sendable {
    static let adminKey = "the-admin-key-of-this-test"

    let front: Front
    let metrics = Metrics()
    private let directory: TestDirectory

    init() async throws {
        directory = try TestDirectory("api")
        let database = MongoDatabase(
            try MongoClient(url: try await TestMongo.shared().url, options: .init()), name: "api_\(UUIDv7.make())")
        let archive = MongoJobArchive(database)
        let queues = JobQueues(client: try await TestRedis.shared().ownClient(), archive: archive)
        let pool = BlockingPool(name: "files", threads: 2)
        let staging = try Staging(directory: directory.file("staging"), pool: pool)
        let target = try DirectoryTarget(id: "00", directory: directory.file("00"), pool: pool)
        let backend = Backend(
            queues: queues, archive: archive, feed: EventFeed(queues), tenants: TenantCollection(database),
            sessions: TransferSessionCollection(database),
            objects: ObjectStore(objects: StoredObjectCollection(database), targets: [target], staging: staging),
            database: database,
            configuration: try Configuration.load(flags: [:], environment: ["HAWSER_ADMIN_KEY": Self.adminKey]),
            masterKey: Crypto.randomBytes(32), metrics: metrics)
        front = Front(backend)
    }
}
