import Foundation
import HawserCore
import HawserHTTP
import Testing

/// What operators look at.
@Suite("health and metrics", .timeLimit(.minutes(2)))
struct OperationTests {
    @Test("the metrics are ones that promtool accepts")
    func metrics() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.relay()
        _ = try await tenant.finished(try await tenant.submit(hook.url))
        let answer = try await dev.anybody.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        for name in ["hawser_http_requests_total", "hawser_queue_jobs", "hawser_workers 1", "hawser_redis_up 1"] {
            #expect(answer.text.contains(name), "\(name)")
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["promtool", "check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardError = output
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(answer.body))
        try input.fileHandleForWriting.close()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
        #expect(said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    }

    @Test("it tells that it is there, ready, and who works for it")
    func health() async throws {
        let dev = try await Dev.shared.value
        #expect(try await dev.anybody.get("/healthz").json == ["status": "ok"])
        var ready = try await dev.anybody.get("/readyz")
        #expect(ready.status == 200)
        // The front is there before the worker is.
        while ready["status"] == "degraded" {
            try await Task.sleep(for: .milliseconds(20))
            ready = try await dev.anybody.get("/readyz")
        }
        #expect(ready["status"] == "ok")
        #expect(ready.json["checks"] == ["redis": "ok", "mongodb": "ok", "workers": 1])
        let workers = try await dev.admin.get("/v1/workers").json["workers"]?.array ?? []
        #expect(workers.count == 1)
        #expect(try await dev.anybody.get("/openapi.json").json["openapi"] == "3.1.0")
    }
}
