import Foundation
import HawserCore
import Testing

@Suite("Metrics")
struct MetricsTests {
    /// What promtool says about a text; nil when it finds no fault.
    private func faults(of text: String) async throws -> String? {
        let base = NSTemporaryDirectory() + "hawser-metrics-\(UUIDv7.make())"
        defer {
            try? FileManager.default.removeItem(atPath: base)
            try? FileManager.default.removeItem(atPath: base + ".out")
        }
        try text.write(toFile: base, atomically: true, encoding: .utf8)
        let child = try await ChildProcess.spawn(
            "sh",
            ["-c", "promtool check metrics < \"$1\"", "sh", base],
            output: .file(base + ".out")
        )
        let exit = await child.wait()
        let output = try String(contentsOfFile: base + ".out", encoding: .utf8)
        return exit == .code(0) && output.isEmpty ? nil : "\(exit) \(output)"
    }

    @Test("counters, gauges and histograms read as Prometheus wants them")
    func text() async throws {
        let metrics = Metrics()
        let requests = metrics.counter(
            "hawser_requests_total",
            help: "Requests \\ answered\nby status.",
            labels: ["method", "status"]
        )
        requests.increment("GET", "200")
        requests.with("GET", "200").add(2)
        requests.increment("PO\"S\\T\n", "500")
        let open = metrics.gauge("hawser_connections", help: "Connections open.")
        open.set(5)
        open.with().add(-2)
        metrics.gauge("hawser_queue_jobs", help: "Jobs in a queue.", labels: ["queue"]) {
            [.init(7, labels: ["default"]), .init(0.5, labels: ["webhook"])]
        }
        let wait = metrics.histogram("hawser_wait_seconds", help: "Wait.", buckets: [0.1, 1], labels: ["queue"])
        for value in [0.1, 0.5, 0.75, 3] { wait.observe(value, "default") }
        #expect(
            metrics.text() == #"""
                # HELP hawser_connections Connections open.
                # TYPE hawser_connections gauge
                hawser_connections 3
                # HELP hawser_queue_jobs Jobs in a queue.
                # TYPE hawser_queue_jobs gauge
                hawser_queue_jobs{queue="default"} 7
                hawser_queue_jobs{queue="webhook"} 0.5
                # HELP hawser_requests_total Requests \\ answered\nby status.
                # TYPE hawser_requests_total counter
                hawser_requests_total{method="GET",status="200"} 3
                hawser_requests_total{method="PO\"S\\T\n",status="500"} 1
                # HELP hawser_wait_seconds Wait.
                # TYPE hawser_wait_seconds histogram
                hawser_wait_seconds_bucket{queue="default",le="0.1"} 1
                hawser_wait_seconds_bucket{queue="default",le="1"} 3
                hawser_wait_seconds_bucket{queue="default",le="+Inf"} 4
                hawser_wait_seconds_sum{queue="default"} 4.35
                hawser_wait_seconds_count{queue="default"} 4

                """#
        )
        #expect(try await faults(of: metrics.text()) == nil)
    }

    @Test("promtool finds faults where there are some")
    func control() async throws {
        #expect(try await faults(of: "# TYPE a counter\na 1\n") != nil)
    }

    @Test("process metrics are there and make sense")
    func process() async throws {
        let metrics = Metrics()
        metrics.registerProcess()
        let text = metrics.text()
        #expect(try await faults(of: text) == nil)
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) ") })
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_cpu_seconds_total") >= 0)
        #expect(try value("process_open_fds") >= 3)
        let now = Date().timeIntervalSince1970
        #expect(try abs(now - value("process_start_time_seconds")) < 3600)
    }

    @Test("no addition is lost between threads, and a name has one metric")
    func concurrency() async throws {
        let metrics = Metrics()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = metrics.counter("x_total", help: "X.", labels: ["a"]).with("b")
                    let histogram = metrics.histogram("y_seconds", help: "Y.", buckets: [1])
                    for _ in 0..<10_000 {
                        counter.add()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(metrics.text().contains("x_total{a=\"b\"} 80000\n"))
        #expect(metrics.text().contains("y_seconds_count 80000\n"))
    }
}
