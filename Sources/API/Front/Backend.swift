public import HawserBuckets
public import HawserCloud
public import HawserCore
public import HawserMetadata
public import HawserQueue
public import HawserRecords
public import HawserStorage

/// What the routes work with; made once per process.
public struct Backend: Sendable {
    /// The queues.
    public let queues: JobQueues
    /// The record of jobs.
    public let archive: MongoJobArchive
    /// The live events of jobs; somebody runs it.
    public let feed: EventFeed
    /// The tenants.
    public let tenants: TenantCollection
    /// The sessions of seed 000.
    public let sessions: TransferSessionCollection
    /// The objects.
    public let objects: ObjectStore
    /// The buckets of seed 002.
    public let buckets: BucketStore
    /// The clouds; nil when none is configured.
    public let clouds: Clouds?
    /// The database, for its health.
    public let database: MongoDatabase
    /// How this process is set up.
    public let configuration: Configuration
    /// The key that secrets are derived from, 32 bytes.
    public let masterKey: [UInt8]
    /// The numbers of this process.
    public let metrics: Metrics
    /// What was submitted last, for lists.
    let recent = RecentSubmissions()

    /// All of it.
    public init(
        queues: JobQueues,
        archive: MongoJobArchive,
        feed: EventFeed,
        tenants: TenantCollection,
        sessions: TransferSessionCollection,
        objects: ObjectStore,
        buckets: BucketStore,
        clouds: Clouds?,
        database: MongoDatabase,
        configuration: Configuration,
        masterKey: [UInt8],
        metrics: Metrics
    ) {
        self.queues = queues
        self.archive = archive
        self.feed = feed
        self.tenants = tenants
        self.sessions = sessions
        self.objects = objects
        self.buckets = buckets
        self.clouds = clouds
        self.database = database
        self.configuration = configuration
        self.masterKey = masterKey
        self.metrics = metrics
    }

    /// Accepts jobs; the lists of their tenants show them from now on.
    ///
    /// - Parameters:
    ///   - jobs: the jobs, of one tenant.
    ///   - isRepeat: whether they may have been accepted before; then they are not done twice.
    /// - Throws: what the queue throws when it does not take them.
    func enqueue(_ jobs: [JobSubmission], isRepeat: Bool = false) async throws {
        try await queues.enqueue(jobs, isRepeat: isRepeat)
        if let last = jobs.last { recent.note(last.id, of: last.tenant) }
    }
}
