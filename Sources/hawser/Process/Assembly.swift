import Foundation
import HawserAPI
import HawserBuckets
import HawserCloud
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserRecords
import HawserRedis
import HawserStorage
import HawserWorkers

/// The parts of a process, made from its configuration.
struct Assembly: Sendable {
    let configuration: Configuration
    let database: MongoDatabase
    let archive: MongoJobArchive
    let queues: JobQueues
    let tenants: TenantCollection
    let sessions: TransferSessionCollection

    /// Makes what every process needs; connecting goes on after this returns.
    ///
    /// - Throws: `ConfigurationError` or the room's own when a URL cannot be used.
    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        database = try MongoDatabase(url: configuration.mongoURL)
        var patient = MongoDatabase.Options()
        patient.poolSize = 2
        patient.patienceMilliseconds = 15_000
        patient.selectionMilliseconds = 2_000
        patient.socketMilliseconds = 15_000
        archive = MongoJobArchive(database, patient: try MongoDatabase(url: configuration.mongoURL, options: patient))
        queues = try JobQueues(redis: configuration.redisURL.revealed, archive: archive)
        tenants = TenantCollection(database)
        sessions = TransferSessionCollection(database)
    }

    /// The key that secrets are derived from, if it is set.
    private var givenMasterKey: [UInt8]? {
        configuration.masterKey.flatMap { [UInt8](hex: $0.revealed) }.flatMap { $0.count == 32 ? $0 : nil }
    }

    /// The key that secrets are derived from.
    ///
    /// - Throws: `ConfigurationError` when none is set.
    func masterKey() throws -> [UInt8] {
        guard let bytes = givenMasterKey else {
            throw ConfigurationError(
                "HAWSER_MASTER_KEY is not set: give 32 random bytes as 64 hexadecimal digits, such as those of "
                    + "`openssl rand -hex 32`"
            )
        }
        return bytes
    }

    /// The targets of the store.
    func targets() -> TargetSet {
        let factory = TargetFactory(data: configuration.data, masterKey: givenMasterKey)
        return TargetSet(TargetCollection(database)) { try await factory.make($0) }
    }

    /// The objects, in the data directory and the targets.
    ///
    /// - Throws: `StorageError` when the directory cannot be made.
    func objects() throws -> (store: ObjectStore, staging: Staging) {
        let pool = BlockingPool(name: "files", threads: 16)
        let staging = try Staging(directory: "\(configuration.data)/staging", pool: pool)
        let contents = ContentStore(
            StoredContentCollection(database),
            // Every upload of the process goes through it, and it is on the same disk as they are.
            area: try DirectoryTarget(id: "staged", directory: "\(configuration.data)/staged", threads: 16),
            targets: targets(),
            errands: StoreErrands(queues),
            keys: ContentKeys(masterKey: givenMasterKey)
        )
        let objects = StoredObjectCollection(database)
        return (ObjectStore(objects: objects, contents: contents, staging: staging), staging)
    }

    /// The buckets of seed 002, whose copy is in the queues' Redis.
    ///
    /// - Throws: `RedisError` when its URL cannot be used.
    func buckets(_ objects: ObjectStore) throws -> BucketStore {
        let redis = try RedisClient(url: configuration.redisURL.revealed)
        return BucketStore(database, objects: objects, redis: redis)
    }

    /// Makes the indexes that are not there yet.
    ///
    /// - Throws: `MetadataUnavailable`, which a MongoDB that is starting beside this process is worth a second try.
    func prepare() async throws {
        try await archive.prepare()
        try await tenants.prepare()
        try await sessions.prepare()
        try await StoredObjectCollection(database).prepare()
        try await StoredContentCollection(database).prepare()
        try await BucketStore.prepare(database)
        try await FileTree(database).prepare()
        try await TransferCollection(database).prepare()
        try await PieceUploadCollection(database).prepare()
        try await RegistrationCollection(database).prepare()
        try await OrderCollection(database).prepare()
    }

    /// The clouds; nil when none is configured.
    ///
    /// - Parameters:
    ///   - http: sends all requests.
    ///   - isNotified: whether this process listens to the operator's cloud.
    /// - Returns: the clouds.
    /// - Throws: `CloudsFileError` when the file cannot be used.
    func clouds(_ http: HTTPClient, isNotified: Bool = false) throws -> Clouds? {
        try configuration.clouds.map { path in
            try Clouds(
                path: path,
                name: configuration.cloud,
                accounts: CloudAccountCollection(database),
                masterKey: try masterKey(),
                client: http,
                isNotified: isNotified
            )
        }
    }

    /// Where the cloud's notifications are; nil when they are not configured.
    ///
    /// - Throws: `ConfigurationError` when the URL cannot be used.
    static func notifications(_ configuration: Configuration) throws -> NotificationSource? {
        do {
            return try configuration.cloudNotifications.map { try NotificationSource(url: $0.revealed) }
        } catch {
            throw ConfigurationError("HAWSER_CLOUD_NOTIFICATIONS: \(error)")
        }
    }

    /// The handlers' services.
    ///
    /// - Parameters:
    ///   - objects: the objects of tenants.
    ///   - wakes: what wakes jobs by the cloud's notifications, when this process listens to them.
    /// - Returns: the services.
    /// - Throws: `ConfigurationError` when there is no master key; `CloudsFileError`.
    func services(_ objects: ObjectStore, wakes: CloudWakes? = nil) throws -> Services {
        let http = HTTPClient()
        return Services(
            http: http,
            webhookAddresses: .publicOnly(allowing: configuration.webhookAllow),
            objects: objects,
            buckets: try buckets(objects),
            masterKey: try masterKey(),
            tenants: tenants,
            accounts: CloudAccountCollection(database),
            clouds: try clouds(http, isNotified: wakes != nil),
            files: FileStore(
                database: database,
                objects: objects,
                root: configuration.importRoot.map {
                    ImportRoot(directory: $0, pool: BlockingPool(name: "import", threads: 8))
                }
            ),
            registrations: RegistrationCollection(database),
            mail: configuration.smtpURL.map { url in
                MailSender(
                    url: url,
                    user: configuration.smtpUser,
                    password: configuration.smtpPassword,
                    from: configuration.mailFrom
                )
            },
            wakes: wakes
        )
    }

    /// A recorder of this process; it serves all queues.
    func recorder(_ role: String) -> Recorder {
        Recorder(queues, to: archive, name: "\(role)-\(getpid())-\(UUIDv7.make().suffix(8))")
    }
}
