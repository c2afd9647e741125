import HawserCore

extension Command {
    /// Measures the engine.
    static let bench = Command(
        name: "bench",
        summary: "Measure the engine on the configured Redis.",
        details: """
            Uses a queue of its own, whose jobs do nothing, with leases, fences and recording on, and prints one JSON
            line per figure. `ops/bench/run` runs this and other job systems on one Redis and prints their ratios.
            """,
        options: [
            .whole("jobs", 1...10_000_000, help: "how many jobs are drained (100000)"),
            .whole("batch", 1...10_000, help: "how many are submitted in one call (1000)"),
            .whole("held", 0...100_000, help: "drain while so many other jobs are running (0)"),
            .whole("backlog", 0...10_000_000, help: "drain with so many more jobs behind (0)"),
            .whole("waiting", 0...1_000_000, help: "instead: so many waiting jobs in one worker, for 30 s"),
            .init(flag: "unrecorded", help: "do not record jobs in MongoDB"),
        ],
        settings: ["HAWSER_CONCURRENCY", "HAWSER_LEASE_SECONDS"] + connections
    ) { invocation in
        let bench = try Bench(invocation)
        if let waiting = invocation.whole("waiting"), waiting > 0 {
            try await bench.wait(with: waiting)
        } else {
            try await bench.drain()
        }
        return 0
    }
}
