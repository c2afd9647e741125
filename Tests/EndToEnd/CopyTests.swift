import HawserCore
import HawserHTTP
import Testing

/// Seed 000: copy sessions, and what tenants can reach of each other.
@Suite("copy sessions and containers", .timeLimit(.minutes(10)))
struct CopyTests {
    @Test("another tenant copies into its own container, once")
    func copy() async throws {
        let dev = try await Dev.shared.value
        let (owner, other) = (try await dev.tenant(), try await dev.tenant())
        let bytes = Array("to be copied".utf8)
        let file = try await owner.store(bytes, name: "überall.txt")
        let object = try #require(file["storage_object_id"])
        let session = try await owner.session(["requestType": "copy", "storage_object_id": object])
        #expect(try await dev.anybody.post("/storage/api/copy/\(session)").status == 401)
        let answer = try await other.client.post("/storage/api/copy/\(session)", [:])
        #expect(answer.status == 201)
        let copy = try #require(answer["storage_object_id"])
        #expect(.string(copy) != object)
        for same in ["contentType", "size", "name", "etag"] { #expect(answer.json[same] == file[same], "\(same)") }
        #expect(answer.json["storage_box_id"] != file["storage_box_id"])
        #expect(try await other.client.post("/storage/api/copy/\(session)", [:]).status == 410)

        // Each reaches its own and not the other's.
        let download = try await other.downloadSession(copy)
        #expect(try await dev.anybody.get("/storage/api/download/\(download)").body == bytes)
        for type in ["download", "copy"] {
            for (tenant, id) in [(owner, JSON.string(copy)), (other, object)] {
                let refused = try await tenant.client.post(
                    "/storage/api/request",
                    ["requestType": .string(type), "storage_object_id": id]
                )
                #expect(refused.status == 404)
            }
        }
        let jobs = try await other.client.get("/v1/jobs?kind=object.copy").json["jobs"]?.array ?? []
        #expect(jobs.count == 1, "the copy is a job of the one who copied")
        #expect(jobs.first?["arguments"]?["source_tenant"] == nil, "whose file it was is not told")
        #expect(try await owner.client.get("/v1/jobs?kind=object.copy").json["jobs"] == [])
    }

    @Test("of 20 copies of one session at the same time exactly one is made")
    func concurrent() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let object = try await tenant.storeID([1, 2, 3])
        let session = try await tenant.session(["requestType": "copy", "storage_object_id": .string(object)])
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await tenant.client.post("/storage/api/copy/\(session)", [:]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == 410 } == 19)
    }

    @Test("another tenant's ids are as good as none, everywhere")
    func isolation() async throws {
        let dev = try await Dev.shared.value
        let (owner, other) = (try await dev.tenant(), try await dev.tenant())
        let id = try await owner.submit("http://127.0.0.1:1/", ["queue": "parked"])
        for path in ["/v1/jobs/\(id)", "/v1/jobs/\(id)?wait=1", "/v1/jobs/\(id)/events", "/v1/tenants/\(owner.id)"] {
            let (theirs, nobodys) = (
                try await other.client.get(path),
                try await other.client.get(
                    path.replacing(id, with: UUIDv7.make()).replacing(owner.id, with: "t-9999999999")
                )
            )
            #expect(theirs.status == 404, "\(path)")
            #expect(theirs.json["detail"] == nobodys.json["detail"], "not to be told from what is not there")
        }
        for verb in ["cancel", "retry"] {
            #expect(try await other.client.post("/v1/jobs/\(id)/\(verb)").status == 404)
        }
        #expect(try await owner.client.get("/v1/jobs/\(id)")["state"] == "queued")
        #expect(try await other.client.get("/v1/jobs").json["jobs"] == [])
    }
}
