import HawserCore

extension Command {
    /// Measures the engine.
    static let bench = Command(
        name: "bench",
        summary: "Measure the engine on the configured Redis.",
        options: [
            .whole("jobs", 1...10_000_000, help: "how many jobs (100000)"),
            .whole("batch", 1...10_000, help: "how many in one call (1000)"),
        ],
        settings: ["HAWSER_CONCURRENCY", "HAWSER_LEASE_SECONDS"] + connections
    ) { invocation in
        try await measure(invocation)
    }

    private static func measure(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }
}
