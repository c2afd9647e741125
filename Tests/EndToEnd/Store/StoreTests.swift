import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// Files that become durable on the targets of a dev, and targets that lose what they keep.
@Suite("the store", .timeLimit(.minutes(10)), .serialized)
struct StoreTests {
    /// One whose targets nobody else ruins.
    private static let dev = Task { try await Dev(settings: ["HAWSER_TARGETS": "8"]) }

    /// An object as `/v1/objects` shows it, once it is in a state.
    private func object(_ id: String, _ client: Client, inState state: String) async throws -> JSON {
        while true {
            let answer = try await client.get("/v1/objects/\(id)")
            guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
            if answer["state"] == state { return answer.json }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func download(_ id: String, _ tenant: Tenant) async throws -> Answer {
        try await tenant.client.get("/storage/api/download/\(try await tenant.downloadSession(id))")
    }

    /// The states of all fragments, and the targets they are on.
    private func fragments(_ object: JSON) -> [(target: String, state: String)] {
        (object["layout"]?["partitions"]?.array ?? []).flatMap { $0["fragments"]?.array ?? [] }
            .map { ($0["target"]?.string ?? "", $0["state"]?.string ?? "") }
    }

    private func empty(_ target: String, of dev: Dev) throws {
        try FileManager.default.removeItem(atPath: "\(dev.data)/targets/\(target)")
    }

    @Test("a file is durable soon, outlives two targets, and is made whole again")
    func life() async throws {
        let dev = try await Self.dev.value
        let tenant = try await dev.tenant()
        let bytes = Crypto.randomBytes(3_000_000)
        let id = try await tenant.storeID(bytes)
        let durable = try await object(id, tenant.client, inState: "durable")
        #expect(durable["object_id"] == .string(id) && durable["size"] == 3_000_000)
        #expect(durable["sha256"] == .string(Digest.sha256(bytes).hex))
        #expect(durable["layout"]?["type"] == "erasure")
        #expect(durable["layout"]?["k"] == 4 && durable["layout"]?["m"] == 2)
        #expect(fragments(durable).count == 6 && fragments(durable).allSatisfy { $0.state == "present" })
        #expect(Set(fragments(durable).map(\.target)).count == 6)
        #expect(dev.files(below: "staged").isEmpty)
        for fragment in fragments(durable).prefix(2) { try empty(fragment.target, of: dev) }
        #expect(try await download(id, tenant).body == bytes)
        // The reader had it repaired.
        let whole = try await object(id, tenant.client, inState: "durable")
        _ = whole
        let repaired = try await tenant.client.send(
            "POST",
            "/v1/objects/\(id)/repair",
            headers: ["Prefer": "wait=30"],
            body: .bytes([])
        )
        #expect(repaired.status == 200 && repaired["state"] == "succeeded", "\(repaired)")
        let now = try await object(id, dev.admin, inState: "durable")
        #expect(fragments(now).allSatisfy { $0.state == "present" })
        let stranger = try await dev.tenant()
        #expect(try await stranger.client.get("/v1/objects/\(id)").status == 404)
        #expect(try await stranger.client.post("/v1/objects/\(id)/repair").status == 404)
        #expect(try await dev.anybody.get("/v1/objects/\(id)").status == 401)
        // Three of six are too many: a sentence, and no bytes.
        for fragment in fragments(now).prefix(3) { try empty(fragment.target, of: dev) }
        let lost = try await download(id, tenant)
        #expect(lost.status == 500, "\(lost.status)")
        #expect(lost["message"] == "The file's bytes cannot be read.", "\(lost)")
    }

    @Test("small files are in the metadata, somewhat larger ones in copies")
    func small() async throws {
        let dev = try await Self.dev.value
        let tenant = try await dev.tenant()
        let tiny = try await tenant.storeID(Crypto.randomBytes(8192))
        let inline = try await object(tiny, tenant.client, inState: "durable")
        #expect(inline["layout"] == ["type": "inline"])
        let bytes = Crypto.randomBytes(8193)
        let small = try await tenant.storeID(bytes)
        let copies = try await object(small, tenant.client, inState: "durable")
        #expect(copies["layout"]?["type"] == "replicas" && fragments(copies).count == 3)
        for fragment in fragments(copies).prefix(2) { try empty(fragment.target, of: dev) }
        let session = try await tenant.downloadSession(small)
        let part = try await tenant.client.get("/storage/api/download/\(session)", ["Range": "bytes=8000-"])
        #expect(part.status == 206 && part.body == Array(bytes[8000...]))
    }

    @Test("targets are added, changed, filled, drained and removed by the operator")
    func targets() async throws {
        let dev = try await Self.dev.value
        let tenant = try await dev.tenant()
        func began(_ path: String) async throws -> Answer {
            try await dev.admin.send("POST", path, headers: ["Prefer": "wait=30"], body: .bytes([]))
        }
        let older = Crypto.randomBytes(1_500_000)
        let early = try await tenant.storeID(older)
        _ = try await object(early, tenant.client, inState: "durable")
        let directory = try TestDirectory("target")
        let added = try await dev.admin.post(
            "/v1/targets",
            ["id": "extra", "type": "directory", "path": .string(directory.path), "zone": "east", "weight": 1000]
        )
        #expect(added.status == 201 && added.headers["location"] == "/v1/targets/extra", "\(added)")
        let shown = try await dev.admin.get("/v1/targets/extra")
        #expect(shown["zone"] == "east" && shown["state"] == "active" && shown.json["free_bytes"]?.int ?? 0 > 0)
        let all = try await dev.admin.get("/v1/targets").json["targets"]?.array ?? []
        #expect(all.count == 9 && all.allSatisfy { $0["trouble"] == nil })
        // By its weight it gets something of all there is, at once.
        let filled = try await began("/v1/targets/rebalance")
        #expect(filled.status == 200 && filled["state"] == "succeeded", "\(filled)")
        #expect(filled.json["result"]?["moved"]?.int ?? 0 >= 1, "\(filled)")
        let moved = try await object(early, tenant.client, inState: "durable")
        #expect(fragments(moved).contains { $0.target == "extra" })
        #expect(fragments(moved).allSatisfy { $0.state == "present" })
        #expect(try await download(early, tenant).body == older)
        // Every process knows it within seconds; by its weight it gets something of nearly everything.
        var (id, bytes): (String, [UInt8])
        repeat {
            bytes = Crypto.randomBytes(50_000)
            id = try await tenant.storeID(bytes)
            let durable = try await object(id, tenant.client, inState: "durable")
            if fragments(durable).contains(where: { $0.target == "extra" }) { break }
        } while true
        #expect(try await dev.admin.send("DELETE", "/v1/targets/extra").status == 409)
        let drained = try await began("/v1/targets/extra/drain")
        #expect(drained.status == 200 && drained["state"] == "succeeded", "\(drained)")
        #expect(drained.json["result"]?["moved"]?.int ?? 0 >= 1)
        #expect(try await dev.admin.get("/v1/targets/extra")["state"] == "draining")
        #expect(try await download(id, tenant).body == bytes)
        #expect(try await dev.admin.send("DELETE", "/v1/targets/extra").status == 204)
        #expect(try await dev.admin.get("/v1/targets/extra").status == 404)
        let left = FileManager.default.enumerator(atPath: directory.path)?.allObjects as? [String] ?? []
        #expect(left.allSatisfy { $0.utf8.count == 2 }, "empty folders: \(left)")
    }

    @Test("what an operator gets wrong is told by field")
    func refusals() async throws {
        let dev = try await Self.dev.value
        func refused(_ body: JSON, _ field: String) async throws {
            let answer = try await dev.admin.post("/v1/targets", body)
            #expect(answer.status == 422, "\(answer)")
            #expect(answer.json["errors"]?.array?.first?["field"] == .string(field), "\(answer)")
        }
        try await refused(["id": "UP", "type": "directory", "path": "/x"], "id")
        try await refused(["id": "x", "type": "floppy"], "type")
        try await refused(["id": "x", "type": "directory", "path": "x"], "path")
        try await refused(["id": "x", "type": "directory", "path": "/x", "weight": -1], "weight")
        try await refused(["id": "x", "type": "directory", "path": "/x", "zones": "a"], "zones")
        try await refused(["id": "x", "type": "bucket", "endpoint": "http://x", "bucket": "abc"], "access_key")
        let unusable = try await dev.admin.post("/v1/targets", ["id": "x", "type": "directory", "path": "/proc/x"])
        #expect(unusable.status == 422 && unusable["detail"]?.contains("cannot be used") == true, "\(unusable)")
        let taken = try await dev.admin.post(
            "/v1/targets",
            ["id": "00", "type": "directory", "path": .string("\(dev.data)/targets/00")]
        )
        #expect(taken.status == 409)
        let patched = try await dev.admin.send(
            "PATCH",
            "/v1/targets/00",
            headers: ["Content-Type": "application/json"],
            body: .bytes(Array(#"{"state": "asleep"}"#.utf8))
        )
        #expect(patched.status == 422 && patched.json["errors"]?.array?.first?["field"] == "state")
        for path in ["/v1/targets/none", "/v1/targets/..", "/v1/targets/%00"] {
            #expect([400, 404].contains(try await dev.admin.get(path).status), "\(path)")
        }
        let tenant = try await dev.tenant()
        for (method, path) in [
            ("GET", "/v1/targets"), ("POST", "/v1/targets/00/drain"), ("DELETE", "/v1/targets/00"),
            ("POST", "/v1/targets/rebalance"),
        ] {
            #expect(try await tenant.client.send(method, path).status == 403)
        }
    }
}
