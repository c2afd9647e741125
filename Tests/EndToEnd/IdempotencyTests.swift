import HawserCore
import HawserHTTP
import Testing

/// `Idempotency-Key`.
@Suite("idempotent submission", .timeLimit(.minutes(10)))
struct IdempotencyTests {
    private static func post(_ tenant: Tenant, _ key: String, _ json: JSON) async throws -> Answer {
        try await tenant.client.post("/v1/jobs", json, ["Idempotency-Key": key])
    }

    @Test("the same key and body name the same job, another body is refused, another tenant is another matter")
    func replay() async throws {
        let dev = try await Dev.shared.value
        let (tenant, other) = (try await dev.tenant(), try await dev.tenant())
        let hook = try await Hook.relay()
        let job = JSON.object(Tenant.webhook(hook.url, "one"))
        let key = UUIDv7.make()
        let first = try await Self.post(tenant, key, job)
        let id = try #require(first["id"])
        let second = try await Self.post(tenant, key, job)
        #expect(second.status == 202)
        #expect(second["id"] == id)
        #expect(second.headers["location"] == first.headers["location"])
        #expect(second["created_at"] == first["created_at"])
        let conflict = try await Self.post(tenant, key, .object(Tenant.webhook(hook.url, "two")))
        #expect(conflict.status == 422)
        #expect(conflict.json["errors"]?[0]?["field"] == "Idempotency-Key")
        let others = try await Self.post(other, key, job)
        #expect(others.status == 202)
        #expect(others["id"] != id)

        // Also when the job is over and gone from Redis.
        #expect(try await tenant.finished(id)["state"] == "succeeded")
        try await dev.leftRedis(id, queue: "webhook")
        let late = try await Self.post(tenant, key, job)
        #expect(late.status == 202)
        #expect(late["id"] == id)
        #expect(try await Self.post(tenant, key, job)["id"] == id)
        let jobs = try await tenant.client.get("/v1/jobs").json["jobs"]?.array
        #expect(jobs?.count == 1)
        #expect(hook.calls.filter { $0.json == "one" || $0.body == Array("one".utf8) }.count == 2, "one per tenant")
    }

    @Test("20 equal requests at the same time make one job")
    func concurrent() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let job = JSON.object(Tenant.webhook(hook.url))
        let key = UUIDv7.make()
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await Self.post(tenant, key, job) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 202 })
        #expect(Set(answers.compactMap { $0["id"] }).count == 1)
        _ = try await tenant.finished(try #require(answers[0]["id"]))
        #expect(try await tenant.client.get("/v1/jobs").json["jobs"]?.array?.count == 1)
        #expect(hook.calls.count == 1)
    }

    @Test("a list is replayed as a list, and a refused request does not use its key up")
    func lists() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let hook = try await Hook.relay()
        let key = UUIDv7.make()
        #expect(try await Self.post(tenant, key, ["kind": "no.such"]).status == 422)
        let list = JSON.array((0..<3).map { .object(Tenant.webhook(hook.url, .int($0))) })
        func ids(_ answer: Answer) -> [String] {
            (answer.json["jobs"]?.array ?? []).compactMap { $0["id"]?.string }
        }
        let first = try await Self.post(tenant, key, list)
        #expect(ids(first).count == 3)
        #expect(ids(try await Self.post(tenant, key, list)) == ids(first))
        for key in [String(repeating: "x", count: 256), "with space"] {
            #expect(try await Self.post(tenant, key, list).status == 400)
        }
    }
}
