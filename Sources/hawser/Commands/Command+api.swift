import HawserCore

extension Command {
    /// Serves the REST front.
    static let api = Command(
        name: "api",
        summary: "Serve the REST front.",
        details: "Runs until INT or TERM, then answers what it has begun and ends.",
        settings: [
            "HAWSER_LISTEN", "HAWSER_ADMIN_KEY", "HAWSER_MASTER_KEY", "HAWSER_DATA", "HAWSER_CALLBACK_WAIT_SECONDS",
            "HAWSER_SESSION_SECONDS", "HAWSER_MAX_BODY_BYTES", "HAWSER_LEASE_SECONDS", "HAWSER_WEBHOOK_ALLOW",
        ] + connections
    ) { invocation in
        try await serve(invocation.configuration)
    }

    private static func serve(_ configuration: Configuration) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }
}
