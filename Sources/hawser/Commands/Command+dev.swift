import HawserCore

extension Command {
    /// Runs everything on this machine.
    static let dev = Command(
        name: "dev",
        summary: "Run API, workers, Redis and MongoDB on this machine, for development.",
        details: """
            Starts a redis-server and a mongod of its own that keep their data under --data, the API and the workers;
            starts again what ends by itself; ends all of them on INT or TERM. Keys are made at the first start and
            kept in DATA/secrets. DATA/dev.json tells api_url, redis_url and mongo_url once all are ready.
            """,
        options: [.whole("workers", 0...1000, help: "how many worker processes (1)")],
        settings: [
            "HAWSER_DATA", "HAWSER_TARGETS", "HAWSER_LISTEN", "HAWSER_ADMIN_KEY", "HAWSER_MASTER_KEY", "HAWSER_QUEUES",
            "HAWSER_CONCURRENCY", "HAWSER_LEASE_SECONDS", "HAWSER_WEBHOOK_ALLOW", "HAWSER_CLOUDS", "HAWSER_CLOUD",
            "HAWSER_CLOUD_NOTIFICATIONS", "HAWSER_PLATFORM_URL", "HAWSER_PLATFORM_SECRET",
            "HAWSER_PLATFORM_CACHE_SECONDS", "HAWSER_CALLBACK_WAIT_SECONDS", "HAWSER_IMPORT_ROOT", "HAWSER_SMTP_URL",
            "HAWSER_SMTP_USER", "HAWSER_SMTP_PASSWORD", "HAWSER_MAIL_FROM", "HAWSER_SESSION_SECONDS",
            "HAWSER_MAX_BODY_BYTES", "HAWSER_MONGOD", "HAWSER_REDIS_SERVER", "HAWSER_CONFIG", "HAWSER_LOG_LEVEL",
        ]
    ) { invocation in
        try await Dev(invocation.configuration, workers: invocation.whole("workers") ?? 1).run()
        return 0
    }
}
