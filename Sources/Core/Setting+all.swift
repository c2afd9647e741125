import Foundation

extension Setting {
    /// Every setting there is, in the order help shows them.
    public static let all: [Setting] = [
        Setting(
            "HAWSER_LISTEN",
            \.listen,
            unit: "HOST:PORT",
            fallback: "127.0.0.1:8080",
            rule: "HOST:PORT with a port up to 65535 and an IPv6 address in brackets",
            help: "where the API listens",
            read: ListenAddress.init
        ),
        Setting(
            "HAWSER_REDIS_URL",
            \.redisURL,
            unit: "URL",
            fallback: "redis://127.0.0.1:6379",
            rule: "a URL that starts with redis://, rediss:// or unix://",
            help: "Redis: redis://[:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS, unix:///PATH",
            isSecret: true,
            read: { url($0, schemes: ["redis", "rediss", "unix"]) }
        ),
        Setting(
            "HAWSER_MONGO_URL",
            \.mongoURL,
            unit: "URL",
            fallback: "mongodb://127.0.0.1:27017/hawser",
            rule: "a URL that starts with mongodb:// or mongodb+srv://",
            help: "MongoDB, a replica set; the path names the database",
            isSecret: true,
            read: { url($0, schemes: ["mongodb", "mongodb+srv"]) }
        ),
        Setting(
            "HAWSER_ADMIN_KEY",
            \.adminKey,
            unit: "KEY",
            fallback: "",
            rule: "a key of visible ASCII characters without spaces",
            help: "the key that makes tenants, sent as Bearer; none: nobody can",
            isSecret: true,
            read: key
        ),
        Setting(
            "HAWSER_MASTER_KEY",
            \.masterKey,
            unit: "KEY",
            fallback: "",
            rule: "32 bytes as 64 hexadecimal digits or as base64",
            help: "the key of stored secrets and encrypted files: 32 bytes as 64 hexadecimal digits or base64",
            isSecret: true,
            read: masterKey
        ),
        Setting(
            "HAWSER_DATA",
            \.data,
            unit: "DIRECTORY",
            fallback: "hawser-data",
            rule: "the path of a directory",
            help: "the directory for everything kept on disk",
            read: path
        ),
        Setting(
            "HAWSER_TARGETS",
            \.targets,
            unit: "N",
            fallback: "6",
            rule: "a whole number between 0 and 1000",
            help: "how many directories HAWSER_DATA/targets/00, 01 … are the store's first targets",
            read: { whole($0, in: 0...1000) }
        ),
        Setting(
            "HAWSER_WEBHOOK_ALLOW",
            \.webhookAllow,
            unit: "CIDR,…",
            fallback: "",
            rule: "a comma-separated list of address ranges like 10.0.0.0/8 or fd00::/8",
            help: "private address ranges that webhooks may call all the same",
            read: { list($0, of: AddressRange.init) }
        ),
        Setting(
            "HAWSER_LEASE_SECONDS",
            \.leaseSeconds,
            unit: "SECONDS",
            fallback: "30",
            rule: "a number of seconds between 0.1 and 3600",
            help: "how long a worker's right to a job lasts without a heartbeat",
            read: { number($0, in: 0.1...3600) }
        ),
        Setting(
            "HAWSER_CONCURRENCY",
            \.concurrency,
            unit: "N",
            fallback: "32",
            rule: "a whole number between 1 and 100000",
            help: "how many jobs one worker process executes at the same time",
            read: { whole($0, in: 1...100_000) }
        ),
        Setting(
            "HAWSER_QUEUES",
            \.queues,
            unit: "NAME,…",
            fallback: "default,webhook,storage,cloud",
            rule: "a comma-separated list of queue names (a-z, 0-9, then also - . _, up to 64 bytes each)",
            help: "the queues a worker serves",
            read: { list($0, of: queueName) }
        ),
        Setting(
            "HAWSER_LOG_LEVEL",
            \.logLevel,
            unit: "LEVEL",
            fallback: "info",
            rule: "debug, info, warning or error",
            help: "the least level of log lines that are written: debug, info, warning, error",
            read: { text in Log.Level.allCases.first { "\($0)" == text } }
        ),
        Setting(
            "HAWSER_CLOUDS",
            \.clouds,
            unit: "FILE",
            fallback: "",
            rule: "the path of a file",
            help: "the clouds.yaml of the OpenStack clouds; none: no cloud",
            read: path
        ),
        Setting(
            "HAWSER_CLOUD",
            \.cloud,
            unit: "NAME",
            fallback: "admin",
            rule: "the name of an entry of clouds.yaml",
            help: "the entry of clouds.yaml whose user may make domains, projects and users",
            read: path
        ),
        Setting(
            "HAWSER_CLOUD_NOTIFICATIONS",
            \.cloudNotifications,
            unit: "URL",
            fallback: "",
            rule: "a URL that starts with amqp://, amqps:// or rabbit://",
            help: "the cloud's RabbitMQ, amqp://[USER:PASSWORD@]HOST[:PORT][,…][/VHOST]: it wakes jobs; none: "
                + "they poll",
            isSecret: true,
            read: { url($0, schemes: ["amqp", "amqps", "rabbit"]) }
        ),
        Setting(
            "HAWSER_PLATFORM_URL",
            \.platformURL,
            unit: "URL",
            fallback: "",
            rule: "a URL that starts with http:// or https:// and holds no user",
            help: "where a cloud platform says whether its user may do something; none: it is not asked",
            isSecret: true,
            read: webURL
        ),
        Setting(
            "HAWSER_PLATFORM_SECRET",
            \.platformSecret,
            unit: "SECRET",
            fallback: "",
            rule: "whsec_ and 24 to 64 bytes as base64",
            help: "what questions to the platform are signed with: whsec_ and 24 to 64 bytes as base64",
            isSecret: true,
            read: WebhookSecret.init(_:)
        ),
        Setting(
            "HAWSER_PLATFORM_CACHE_SECONDS",
            \.platformCacheSeconds,
            unit: "SECONDS",
            fallback: "5",
            rule: "a number of seconds between 0 and 300",
            help: "how long an answer of the platform holds",
            read: { number($0, in: 0...300) }
        ),
        Setting(
            "HAWSER_CALLBACK_WAIT_SECONDS",
            \.callbackWaitSeconds,
            unit: "SECONDS",
            fallback: "30",
            rule: "a number of seconds between 0 and 600",
            help: "how long an upload waits for its callback's answer before it answers 202",
            read: { number($0, in: 0...600) }
        ),
        Setting(
            "HAWSER_SESSION_SECONDS",
            \.sessionSeconds,
            unit: "SECONDS",
            fallback: "86400",
            rule: "a number of seconds between 0.1 and 31536000",
            help: "how long an upload, download or copy session may be used",
            read: { number($0, in: 0.1...31_536_000) }
        ),
        Setting(
            "HAWSER_MAX_BODY_BYTES",
            \.maxBodyBytes,
            unit: "BYTES",
            fallback: "16777216",
            rule: "a whole number of bytes between 1024 and 1073741824",
            help: "the largest JSON body the API reads; files are not limited by it",
            read: { whole($0, in: 1024...1_073_741_824) }
        ),
        Setting(
            "HAWSER_IMPORT_ROOT",
            \.importRoot,
            unit: "DIRECTORY",
            fallback: "",
            rule: "the path of a directory",
            help: "the directory whose files the file store may import and export; none: it may none",
            read: path
        ),
        Setting(
            "HAWSER_SMTP_URL",
            \.smtpURL,
            unit: "URL",
            fallback: "",
            rule: "a URL that starts with smtp:// or smtps://",
            help: "the server for mail, smtp://HOST[:PORT] or smtps://…; none: addresses count as verified",
            isSecret: true,
            read: { url($0, schemes: ["smtp", "smtps"]) }
        ),
        Setting(
            "HAWSER_SMTP_USER",
            \.smtpUser,
            unit: "NAME",
            fallback: "",
            rule: "a name",
            help: "who logs in to the server for mail; none: nobody does",
            read: path
        ),
        Setting(
            "HAWSER_SMTP_PASSWORD",
            \.smtpPassword,
            unit: "PASSWORD",
            fallback: "",
            rule: "a password of visible ASCII characters without spaces",
            help: "the password for it, sent over TLS only",
            isSecret: true,
            read: key
        ),
        Setting(
            "HAWSER_MAIL_FROM",
            \.mailFrom,
            unit: "ADDRESS",
            fallback: "hawser@localhost",
            rule: "an address like store@example.org",
            help: "the address that mails come from",
            read: address
        ),
        Setting(
            "HAWSER_MONGOD",
            \.mongod,
            unit: "PROGRAM",
            fallback: "mongod",
            rule: "the path of a program",
            help: "the program that `hawser dev` runs as MongoDB",
            read: path
        ),
        Setting(
            "HAWSER_REDIS_SERVER",
            \.redisServer,
            unit: "PROGRAM",
            fallback: "redis-server",
            rule: "the path of a program",
            help: "the program that `hawser dev` runs as Redis",
            read: path
        ),
        Setting(
            "HAWSER_CONFIG",
            \.configFile,
            unit: "FILE",
            fallback: "",
            rule: "the path of a file",
            help: "a file with more settings: NAME=value lines, # comments",
            read: path
        ),
    ]
}
