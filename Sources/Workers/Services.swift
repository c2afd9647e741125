public import HawserBuckets
public import HawserCloud
public import HawserHTTP
public import HawserMetadata
public import HawserStorage

/// What handlers work with; made once per process.
public struct Services: Sendable {
    /// Calls other servers.
    public let http: HTTPClient
    /// Which addresses webhooks may go to.
    public let webhookAddresses: AddressPolicy
    /// The objects of tenants.
    public let objects: ObjectStore
    /// The buckets of tenants.
    public let buckets: BucketStore
    /// The key that secrets are derived from, 32 bytes.
    public let masterKey: [UInt8]

    /// The tenants.
    public let tenants: TenantCollection
    /// What they are in the cloud.
    public let accounts: CloudAccountCollection
    /// The clouds; nil when none is configured.
    public let clouds: Clouds?
    /// The trees of files of tenants.
    public let files: FileStore
    /// Who registered with them.
    public let registrations: RegistrationCollection
    /// Sends mail; nil when no server for it is configured.
    public let mail: MailSender?
    /// Wakes jobs by the cloud's notifications; nil when none are listened to.
    public let wakes: CloudWakes?

    /// Services.
    public init(
        http: HTTPClient,
        webhookAddresses: AddressPolicy,
        objects: ObjectStore,
        buckets: BucketStore,
        masterKey: [UInt8],
        tenants: TenantCollection,
        accounts: CloudAccountCollection,
        clouds: Clouds?,
        files: FileStore,
        registrations: RegistrationCollection,
        mail: MailSender?,
        wakes: CloudWakes? = nil
    ) {
        self.http = http
        self.webhookAddresses = webhookAddresses
        self.objects = objects
        self.buckets = buckets
        self.masterKey = masterKey
        self.tenants = tenants
        self.accounts = accounts
        self.clouds = clouds
        self.files = files
        self.registrations = registrations
        self.mail = mail
        self.wakes = wakes
    }
}
