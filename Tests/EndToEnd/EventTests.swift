import HawserCore
import HawserHTTP
import Testing

/// `GET /v1/jobs/{id}/events`.
@Suite("following a job", .timeLimit(.minutes(10)))
struct EventTests {
    @Test("a follower sees every change from the first, live, and the stream ends with the job")
    func following() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let gate = Gate()
        let hook = try await Hook.make { number, _ in
            if number == 1 { return Response(status: 503) }
            await gate.wait()
            return .json(200, [:])
        }
        let id = try await tenant.submit(hook.url)
        var stream = try await EventStream(tenant.client, job: id)
        #expect(stream.status == 200)
        #expect(stream.headers["content-type"] == "text/event-stream")
        var live: [EventStream.Event] = []
        while let event = try await stream.next() {
            live.append(event)
            // The receiver answers only when the change to running was seen: it came live.
            if event.name == "running", live.contains(where: { $0.name == "retrying" }) { gate.open() }
        }
        #expect(live.map(\.id) == (1...live.count).map { "\($0)" }, "without a gap")
        let names = live.map(\.name)
        #expect(names.first == "queued")
        #expect(names.last == "succeeded")
        let marks = ["queued", "running", "retrying", "running", "succeeded"]
        #expect(names.filter { $0 != "queued" } == marks.filter { $0 != "queued" }, "\(names)")
        #expect(live.allSatisfy { $0.data["id"]?.string == id && $0.data["state"]?.string == $0.name })
        #expect(live.first { $0.name == "retrying" }?.data["error"]?["code"] == "busy")

        // What has happened is told again to who comes late, and only the rest to who was there.
        var again = try await EventStream(tenant.client, job: id)
        #expect(try await again.all().map(\.name) == names)
        for last in [1, 3, live.count] {
            var rest = try await EventStream(tenant.client, job: id, after: "\(last)")
            #expect(try await rest.all().map(\.id) == live.dropFirst(last).map(\.id))
        }
    }

    @Test("a stream that broke off is taken up where it was, while the job goes on")
    func resuming() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let gate = Gate()
        let hook = try await Hook.make { _, _ in
            await gate.wait()
            return .json(200, [:])
        }
        let id = try await tenant.submit(hook.url)
        var seen: [EventStream.Event] = []
        do {
            var stream = try await EventStream(tenant.client, job: id)
            seen.append(try #require(try await stream.next()))
        }
        var stream = try await EventStream(tenant.client, job: id, after: seen[0].id)
        let second = try #require(try await stream.next())
        #expect(second.id == "2")
        gate.open()
        let rest = try await stream.all()
        #expect((seen + [second] + rest).map(\.id) == (1...(rest.count + 2)).map { "\($0)" })
        #expect(rest.last?.name == "succeeded")
    }

    @Test("who may not see the job may not follow it")
    func refusals() async throws {
        let dev = try await Dev.shared.value
        let (tenant, other) = (try await dev.tenant(), try await dev.tenant())
        let id = try await tenant.submit("http://127.0.0.1:1/", ["queue": "parked"])
        #expect(try await other.client.get("/v1/jobs/\(id)/events").status == 404)
        #expect(try await dev.anybody.get("/v1/jobs/\(id)/events").status == 401)
        #expect(try await tenant.client.get("/v1/jobs/\(id)/events", ["Last-Event-ID": "x"]).status == 400)
        #expect(try await tenant.client.get("/v1/jobs/\(UUIDv7.make())/events").status == 404)
        async let events = try await EventStream(tenant.client, job: id).readAll()
        #expect(try await tenant.client.post("/v1/jobs/\(id)/cancel").status == 200)
        #expect(try await events.map(\.name) == ["queued", "cancelled"])
    }
}

extension EventStream {
    /// All events up to the end, of a stream nobody else reads.
    consuming func readAll() async throws -> [Event] { try await all() }
}
