import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// What operators look at.
@Suite("health and metrics", .timeLimit(.minutes(10)))
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
        let checked = try await CommandOutcome.of(["promtool", "check", "metrics"], input: answer.body)
        #expect(checked.exit == .code(0), "\(checked)")
        #expect(checked.output.isEmpty && checked.error.isEmpty, "\(checked)")
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
