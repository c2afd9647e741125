import HawserCore

extension Command {
    /// Executes jobs.
    static let worker = Command(
        name: "worker",
        summary: "Execute jobs.",
        details: """
            Runs until INT or TERM, then takes no more jobs, finishes or hands back those it has, and ends.
            Start as many as are needed, on as many machines; they need nothing of each other.
            """,
        settings: [
            "HAWSER_QUEUES", "HAWSER_CONCURRENCY", "HAWSER_LEASE_SECONDS", "HAWSER_DATA", "HAWSER_MASTER_KEY",
            "HAWSER_WEBHOOK_ALLOW",
        ] + connections
    ) { invocation in
        try await work(invocation.configuration)
    }

    private static func work(_ configuration: Configuration) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }
}
