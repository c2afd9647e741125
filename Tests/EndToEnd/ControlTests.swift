import HawserCore
import HawserHTTP
import Testing

/// `POST /v1/jobs/{id}/cancel` and `/retry`.
@Suite("cancel and retry", .timeLimit(.minutes(10)))
struct ControlTests {
    @Test("a job that waits for its time or its turn is cancelled at once")
    func waiting() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let later = Timestamp.now.adding(seconds: 600).rfc3339
        for options: [String: JSON] in [["queue": "parked"], ["run_at": .string(later)]] {
            let hook = try await Hook.relay()
            let id = try await tenant.submit(hook.url, options)
            let answer = try await tenant.client.post("/v1/jobs/\(id)/cancel")
            #expect(answer.status == 200)
            #expect(answer["state"] == "cancelled")
            #expect(answer.json["error"]?["code"] == "cancelled")
            #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel").status == 409)
            #expect(hook.calls.isEmpty)
        }
    }

    @Test("a job between two attempts is cancelled at once")
    func retrying() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay(Response(status: 503, headers: ["Retry-After": "600"]))
        let id = try await tenant.submit(hook.url)
        let job = try await tenant.job(id, inState: "retrying")
        #expect(job["error"]?["code"] == "busy")
        let answer = try await tenant.client.post("/v1/jobs/\(id)/cancel")
        #expect(answer.status == 200)
        #expect(answer["state"] == "cancelled")
        #expect(hook.calls.count == 1)
    }

    @Test("a running job is cancelled while it runs")
    func running() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let gate = Gate()
        let hook = try await Hook.make { _, _ in
            await gate.wait()
            return .json(200, [:])
        }
        let id = try await tenant.submit(hook.url)
        _ = try await hook.calls(1)
        let answer = try await tenant.client.post("/v1/jobs/\(id)/cancel")
        if answer.status == 200 {
            #expect(answer["state"] == "cancelled", "its worker was faster than the answer")
        } else {
            #expect(answer.status == 202)
            #expect(answer["state"] == "running")
            #expect(answer.json["cancel_requested"] == true)
        }
        // The receiver still holds its answer back.
        let job = try await tenant.finished(id)
        #expect(job["state"] == "cancelled")
        #expect(job["cancel_requested"] == false)
        gate.open()
        #expect(try await tenant.client.get("/v1/jobs/\(id)")["state"] == "cancelled")
    }

    @Test("a failed job runs again on request, also when Redis has forgotten it")
    func retry() async throws {
        let dev = try await Dev.shared.value
        let (tenant, other) = (try await dev.tenant(), try await dev.tenant())
        let hook = try await Hook.make { number, _ in number < 3 ? Response(status: 400) : .json(200, [:]) }
        let id = try await tenant.submit(hook.url)
        #expect(try await tenant.finished(id)["state"] == "failed")
        #expect(try await other.client.post("/v1/jobs/\(id)/retry").status == 404)
        let once = try await tenant.client.post("/v1/jobs/\(id)/retry")
        #expect(once.status == 202 || once.status == 200, "over again already")
        _ = try await hook.calls(2)
        #expect(try await tenant.finished(id)["state"] == "failed")
        try await dev.leftRedis(id, queue: "webhook")
        let twice = try await tenant.client.post("/v1/jobs/\(id)/retry")
        #expect(twice.status == 202 || twice.status == 200)
        let job = try await tenant.finished(id)
        #expect(job["state"] == "succeeded")
        #expect(job["attempt"] == 1, "with all its attempts")
        #expect(job["error"] == .null)
        #expect(hook.calls.count == 3)
        let refused = try await tenant.client.post("/v1/jobs/\(id)/retry")
        #expect(refused.status == 409)
        try await dev.leftRedis(id, queue: "webhook")
        #expect(try await tenant.client.post("/v1/jobs/\(id)/retry").status == 409)
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel").status == 409)
    }

    @Test("a cancelled job runs again on request")
    func retryCancelled() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let later = Timestamp.now.adding(seconds: 600).rfc3339
        let id = try await tenant.submit(hook.url, ["run_at": .string(later)])
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel")["state"] == "cancelled")
        let again = try await tenant.client.post("/v1/jobs/\(id)/retry")
        // 200 when it is over by the time it is answered.
        #expect(again.status == 202 || again.status == 200, "\(again)")
        #expect(try await tenant.finished(id)["state"] == "succeeded")
    }
}
