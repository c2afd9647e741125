import HawserCore
import HawserHTTP
import Testing

/// `POST /v1/jobs`.
@Suite("submission", .timeLimit(.minutes(10)))
struct SubmitTests {
    @Test("one job is accepted with its defaults, runs, and tells its result")
    func one() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let hook = try await Hook.relay()
        let answer = try await tenant.client.post("/v1/jobs", .object(Tenant.webhook(hook.url, ["n": 1])))
        #expect(answer.status == 202)
        let id = try #require(answer["id"])
        #expect(UUIDv7.isUUID(id))
        #expect(answer.headers["location"] == "/v1/jobs/\(id)")
        #expect(answer.headers["retry-after"].flatMap { Int($0) } != nil)
        #expect(answer.headers["etag"] != nil)
        #expect(answer["kind"] == "webhook.deliver")
        #expect(answer["queue"] == "webhook")
        #expect(answer["tenant_id"] == tenant.id)
        #expect(answer["state"] == "queued")
        #expect(answer.json["priority"] == 5)
        #expect(answer.json["attempt"] == 0)
        #expect(answer.json["run_at"] == .null)
        let created = try #require(answer["created_at"].flatMap { Timestamp(rfc3339: $0) })
        let deadline = try #require(answer["deadline_at"].flatMap { Timestamp(rfc3339: $0) })
        #expect(deadline.seconds(since: created) == 86_400)

        let job = try await tenant.finished(id)
        #expect(job["state"] == "succeeded")
        #expect(job["attempt"] == 1)
        #expect(job["result"]?["status"] == 200)
        #expect(job["result"]?["body"] == ["received": true])
        let call = try #require(hook.calls.first)
        #expect(call.method == "POST")
        #expect(call.json == ["n": 1])
        #expect(call.headers["content-type"] == "application/json")
    }

    @Test("every option is taken and shown")
    func options() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let runAt = Timestamp.now.adding(seconds: 3600)
        let job: JSON = [
            "kind": "webhook.deliver", "queue": "lane-7.x_y", "priority": 9, "run_at": .string(runAt.rfc3339),
            "max_attempts": 3, "deadline_seconds": 7200.5,
            "arguments": [
                "method": "PUT", "url": "http://127.0.0.1:1/x?y=z", "headers": ["Authorization": "Bearer secret"],
                "body": "text", "timeout_seconds": 5,
            ],
        ]
        let answer = try await tenant.client.post("/v1/jobs", job)
        #expect(answer.status == 202)
        let id = try #require(answer["id"])
        for view in [answer.json, try await tenant.client.get("/v1/jobs/\(id)").json] {
            #expect(view["state"] == "scheduled")
            #expect(view["queue"] == "lane-7.x_y")
            #expect(view["priority"] == 9)
            #expect(view["max_attempts"] == 3)
            #expect(view["run_at"] == .string(runAt.rfc3339))
            #expect(view["arguments"]?["headers"]?["Authorization"] == "***")
            #expect(view["arguments"]?["method"] == "PUT")
            let created = try #require(view["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
            let deadline = try #require(view["deadline_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
            #expect(deadline.seconds(since: created) == 7200.5)
        }
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel")["state"] == "cancelled")
    }

    @Test("a list is accepted in its order, all or nothing")
    func list() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let list = (0..<20).map { JSON.object(Tenant.webhook(hook.url, ["n": .int(Int64($0))])) }
        var broken = list
        broken[7] = ["kind": "webhook.deliver", "arguments": ["url": 7]]
        let refused = try await tenant.client.post("/v1/jobs", .array(broken))
        #expect(refused.status == 422)
        #expect(refused.json["errors"]?[0]?["field"] == "[7].arguments.url")
        #expect(try await tenant.client.get("/v1/jobs").json["jobs"] == [])

        let answer = try await tenant.client.post("/v1/jobs", .array(list))
        #expect(answer.status == 202)
        let jobs = try #require(answer.json["jobs"]?.array)
        #expect(jobs.map { $0["arguments"]?["body"]?["n"] } == (0..<20).map { .int($0) })
        for job in jobs {
            let id = try #require(job["id"]?.string)
            #expect(try await tenant.finished(id)["state"] == "succeeded")
        }
        #expect(Set(hook.calls.compactMap { $0.json["n"]?.int }).count == 20)
    }

    @Test("10,000 jobs go in one list, 10,001 do not")
    func long() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let job = Tenant.webhook("http://127.0.0.1:1/").merging(["queue": "parked"]) { _, new in new }
        let list = [JSON](repeating: .object(job), count: 10_001)
        let refused = try await tenant.client.post("/v1/jobs", .array(list))
        #expect(refused.status == 413)
        let answer = try await tenant.client.post("/v1/jobs", .array(Array(list.dropLast())))
        #expect(answer.status == 202)
        let ids = Set((answer.json["jobs"]?.array ?? []).compactMap { $0["id"]?.string })
        #expect(ids.count == 10_000)
        #expect(try await tenant.client.post("/v1/jobs", []).status == 422)
    }

    @Test("Prefer: wait answers with the finished job, or with 202 when it is not over in time")
    func waiting() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let done = try await tenant.client.post(
            "/v1/jobs",
            .object(Tenant.webhook(hook.url)),
            ["Prefer": "respond-async, wait=20"]
        )
        #expect(done.status == 200)
        #expect(done["state"] == "succeeded")
        #expect(done.headers["preference-applied"] == "wait=20")

        let gate = Gate()
        let slow = try await Hook.make { _, _ in
            await gate.wait()
            return .text("late")
        }
        let answer = try await tenant.client.post("/v1/jobs", .object(Tenant.webhook(slow.url)), ["Prefer": "wait=1"])
        #expect(answer.status == 202)
        let id = try #require(answer["id"])
        #expect(answer.headers["location"] == "/v1/jobs/\(id)")
        gate.open()
        #expect(try await tenant.finished(id)["result"]?["body"] == "late")
        let wrong = try await tenant.client.post("/v1/jobs", .object(Tenant.webhook(hook.url)), ["Prefer": "wait=soon"])
        #expect(wrong.status == 400)
        #expect(try await tenant.client.get("/v1/jobs").json["jobs"]?.array?.count == 2, "what is refused makes no job")
    }

    @Test("what is wrong is told field by field, and creates nothing")
    func refusals() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let answer = try await tenant.client.post(
            "/v1/jobs",
            [
                "kind": "webhook.deliver", "arguments": ["url": "ftp://x/", "method": "BREW"], "priority": 10,
                "queue": "Ü", "run_at": "tomorrow", "max_attempts": 0, "deadline_seconds": -1, "colour": "red",
            ]
        )
        #expect(answer.status == 422)
        #expect(answer.headers["content-type"] == "application/problem+json")
        let fields = Set((answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string })
        #expect(
            fields == [
                "arguments.url", "arguments.method", "priority", "queue", "run_at", "max_attempts", "deadline_seconds",
                "colour",
            ]
        )
        for kind in ["object.copy", "no.such", ""] {
            #expect(try await tenant.client.post("/v1/jobs", ["kind": .string(kind)]).status == 422)
        }
        #expect(try await tenant.client.get("/v1/jobs").json["jobs"] == [])
    }
}
