extension Command {
    /// The version of the program.
    static let version = "0.1.0"

    /// The whole program.
    static let hawser = Command(
        name: "hawser",
        summary: "Hawser hauls slow work: jobs over REST, queued in Redis, recorded in MongoDB, done by workers.",
        commands: [api, worker, dev, jobs, tenants, targets, cloud, doctor, bench]
    )

    /// The settings every command that talks to the servers knows.
    static let connections = ["HAWSER_REDIS_URL", "HAWSER_MONGO_URL", "HAWSER_CONFIG", "HAWSER_LOG_LEVEL"]
}
