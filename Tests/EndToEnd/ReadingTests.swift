import HawserCore
import HawserHTTP
import Testing

/// `GET /v1/jobs/{id}` and `GET /v1/jobs`.
@Suite("looking at jobs", .timeLimit(.minutes(10)))
struct ReadingTests {
    private static func parked(_ tenant: Tenant, _ more: [String: JSON] = [:]) async throws -> String {
        try await tenant.submit("http://127.0.0.1:1/", ["queue": "parked"].merging(more) { _, new in new })
    }

    @Test("a job has a validator: what is known is not sent again")
    func validators() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let id = try await Self.parked(tenant)
        let first = try await tenant.client.get("/v1/jobs/\(id)")
        #expect(first.status == 200)
        let tag = try #require(first.headers["etag"])
        #expect(first.headers["retry-after"].flatMap { Int($0) } != nil)
        for known in [tag, "\"else\", \(tag)", "W/\(tag)", "*"] {
            let again = try await tenant.client.get("/v1/jobs/\(id)", ["If-None-Match": known])
            #expect(again.status == 304, "\(known)")
            #expect(again.body.isEmpty)
            #expect(again.headers["etag"] == tag)
        }
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel").status == 200)
        let changed = try await tenant.client.get("/v1/jobs/\(id)", ["If-None-Match": tag])
        #expect(changed.status == 200)
        #expect(changed["state"] == "cancelled")
        #expect(changed.headers["retry-after"] == nil, "it is over")
        let unsure = try await tenant.client.get("/v1/jobs/\(id)?wait=61")
        #expect(unsure.status == 400)
        #expect(try await tenant.client.get("/v1/jobs/\(UUIDv7.make())").status == 404)
        #expect(try await tenant.client.get("/v1/jobs/not-an-id").status == 404)
    }

    @Test("a long poll answers at the change, not at its end")
    func longPoll() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let id = try await Self.parked(tenant)
        let tag = try #require(try await tenant.client.get("/v1/jobs/\(id)").headers["etag"])
        async let end = tenant.client.get("/v1/jobs/\(id)?wait=50")
        async let change = tenant.client.get("/v1/jobs/\(id)?wait=50", ["If-None-Match": tag])
        // Both have arrived when a third one that was sent after them has.
        #expect(try await tenant.client.get("/v1/jobs/\(id)?wait=1", ["If-None-Match": tag]).status == 304)
        let moment = ContinuousClock.now
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel").status == 200)
        #expect(try await end["state"] == "cancelled")
        #expect(try await change["state"] == "cancelled")
        #expect(ContinuousClock.now - moment < .seconds(20), "at once, with much room for a busy machine")
    }

    @Test("the list has filters and pages, and shows what was just submitted")
    func lists() async throws {
        let dev = try await Dev.shared.value
        let (tenant, other) = (try await dev.tenant(), try await dev.tenant())
        _ = try await Self.parked(other)
        let hook = try await Hook.relay()
        for _ in 0..<10 {
            let id = try await Self.parked(tenant)
            let newest = try await tenant.client.get("/v1/jobs?limit=1")
            #expect(newest.json["jobs"]?[0]?["id"]?.string == id, "read your write")
        }
        let between = Timestamp.now
        let done = try await tenant.submit(hook.url)
        _ = try await tenant.finished(done)
        try await dev.leftRedis(done, queue: "webhook")

        func ids(_ query: String, of client: Client) async throws -> [String] {
            let answer = try await client.get("/v1/jobs?\(query)")
            #expect(answer.status == 200)
            return (answer.json["jobs"]?.array ?? []).compactMap { $0["id"]?.string }
        }
        let all = try await ids("", of: tenant.client)
        #expect(all.count == 11)
        #expect(all == all.sorted(by: >), "the newest first")
        #expect(try await ids("state=succeeded", of: tenant.client) == [done])
        #expect(try await ids("queue=webhook", of: tenant.client) == [done])
        #expect(try await ids("queue=parked&state=queued", of: tenant.client).count == 10)
        #expect(try await ids("kind=webhook.deliver", of: tenant.client).count == 11)
        #expect(try await ids("kind=other", of: tenant.client).isEmpty)
        #expect(try await ids("since=\(between.rfc3339)", of: tenant.client) == [done])
        #expect(try await ids("tenant=\(other.id)", of: tenant.client).isEmpty, "another tenant's")
        #expect(try await ids("tenant=\(tenant.id)", of: dev.admin) == all)

        var paged: [String] = []
        var query = "limit=4"
        var pages = 0
        while true {
            let page = try await tenant.client.get("/v1/jobs?\(query)")
            paged += (page.json["jobs"]?.array ?? []).compactMap { $0["id"]?.string }
            pages += 1
            guard let cursor = page["next_cursor"] else { break }
            query = "limit=4&cursor=\(cursor)"
        }
        #expect(pages == 3)
        #expect(paged == all)
        for wrong in ["state=gone", "limit=0", "limit=1001", "limit=x", "since=now", "cursor=x"] {
            #expect(try await tenant.client.get("/v1/jobs?\(wrong)").status == 400, "\(wrong)")
        }
    }
}
