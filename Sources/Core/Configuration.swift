/// What the program was told, checked and typed; made once at start by `load` and then handed down.
///
/// Every field is one row of `Setting.all`, which says its name, flag, default and meaning.
public struct Configuration: Sendable {
    /// Where the API listens.
    public internal(set) var listen = ListenAddress(host: "127.0.0.1", port: 8080)
    /// Redis, as a URL that may hold a password.
    public internal(set) var redisURL = Secret("redis://127.0.0.1:6379")
    /// MongoDB, as a URL that may hold a password; its path is the name of the database.
    public internal(set) var mongoURL = Secret("mongodb://127.0.0.1:27017/hawser")
    /// The key that makes tenants; without one nobody can.
    public internal(set) var adminKey: Secret?
    /// The key that encrypts stored secrets: 32 bytes as 64 hexadecimal digits, in whatever form it was given.
    public internal(set) var masterKey: Secret?
    /// The directory for everything kept on disk.
    public internal(set) var data = "hawser-data"
    /// How many directories below `data` the store has as its first targets.
    public internal(set) var targets = 6
    /// Ranges of private addresses that webhooks may call.
    public internal(set) var webhookAllow: [AddressRange] = []
    /// How long a worker's right to a job lasts without a heartbeat.
    public internal(set) var leaseSeconds = 30.0
    /// How many jobs one worker process executes at the same time.
    public internal(set) var concurrency = 32
    /// The queues a worker serves.
    public internal(set) var queues = ["default", "webhook", "storage", "cloud"]
    /// The least level of log lines that are written.
    public internal(set) var logLevel = Log.Level.info
    /// The program `hawser dev` runs as MongoDB; a bare name is looked up in `PATH`.
    public internal(set) var mongod = "mongod"
    /// The program `hawser dev` runs as Redis; a bare name is looked up in `PATH`.
    public internal(set) var redisServer = "redis-server"
    /// The `clouds.yaml` that says where the clouds are and how the operator logs in; none: there is no cloud.
    public internal(set) var clouds: String?
    /// The entry of `clouds.yaml` that may make domains.
    public internal(set) var cloud = "admin"
    /// The RabbitMQ with the notifications of that cloud, as a URL that may hold a password; none: jobs poll.
    public internal(set) var cloudNotifications: Secret?
    /// Where the cloud platform is asked whether a user of its may do something; none: it is not asked.
    public internal(set) var platformURL: Secret?
    /// What the questions to the platform are signed with.
    public internal(set) var platformSecret: WebhookSecret?
    /// How long the platform's answers hold.
    public internal(set) var platformCacheSeconds = 5.0
    /// How long an upload waits for its callback's answer before it answers 202.
    public internal(set) var callbackWaitSeconds = 30.0
    /// How long an upload, download or copy session may be used.
    public internal(set) var sessionSeconds = 86_400.0
    /// The largest JSON body the API reads.
    public internal(set) var maxBodyBytes = 16_777_216
    /// The directory whose files clients of the file store may name; none: they may name none.
    public internal(set) var importRoot: String?
    /// The server that mails are given to, as a URL; none: no mail is sent, and addresses count as verified.
    public internal(set) var smtpURL: Secret?
    /// Who logs in there; none: nobody.
    public internal(set) var smtpUser: String?
    /// With what.
    public internal(set) var smtpPassword: Secret?
    /// The address mails come from.
    public internal(set) var mailFrom = "hawser@localhost"
    /// The file more settings were read from.
    public internal(set) var configFile: String?

    /// The values that were given, by the setting's name; a default is not in it.
    private var given: [String: Secret] = [:]

    /// The configuration of a program that was told nothing.
    public init() {}

    /// Whether a setting was given by flag, environment or file.
    public func isGiven(_ name: String) -> Bool {
        given[name] != nil
    }

    /// What was given, as the environment of a child process that shall know the same.
    ///
    /// Holds secrets: it is for the child alone.
    public var environment: [String: String] {
        given.mapValues(\.revealed)
    }

    /// Checks one value and takes it.
    ///
    /// - Throws: `ConfigurationError` that names the setting and where the value came from.
    public mutating func set(_ setting: Setting, to value: String, from source: String) throws {
        if let problem = setting.apply(value, &self) {
            let shown = setting.isSecret ? "its value" : "\"\(value)\""
            throw ConfigurationError("\(source): \(shown) is not \(problem).")
        }
        given[setting.name] = Secret(value)
    }
}
