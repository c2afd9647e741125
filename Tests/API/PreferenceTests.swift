import HawserAPI
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserRedis
import HawserStorage
import HawserTestSupport
import Testing

/// `Prefer: wait` is looked at before anything is begun, on every route that begins a job.
@Suite("the preference to wait", .timeLimit(.minutes(1)))
struct PreferenceTests {
    /// How many jobs there are, over or not.
    private func jobs(_ test: TestBackend) async throws -> Int64 {
        var count: Int64 = 0
        for queue in ["default", "webhook", "storage", "cloud"] {
            count += try await test.redis.send(["HLEN", .string("{hawser:\(queue)}:state")]).int ?? 0
        }
        return count
    }

    private func send(
        _ test: TestBackend,
        _ method: String,
        _ path: String,
        _ authorization: String,
        prefer: String?,
        _ body: JSON? = nil
    ) async throws -> Response {
        var headers: Headers = ["Authorization": authorization]
        headers["Prefer"] = prefer
        if body != nil { headers["Content-Type"] = "application/json" }
        return await test.front.handle(
            try Request(method: method, target: path, headers: headers, body: body?.bytes ?? [])
        )
    }

    @Test("one that is no number is refused and nothing is begun")
    func malformed() async throws {
        let test = try await TestBackend()
        let directory = try TestDirectory("target")
        try await TargetCollection(test.database).insert(
            TargetRecord(id: "one", place: .directory(path: directory.path))
        )
        let admin = "Bearer \(TestBackend.adminKey)"
        let (tenant, owner) = try await test.tenant()
        let staged = try await test.objects.stage()
        try await staged.write([1, 2, 3])
        let object = try await test.objects.put(staged, tenant: tenant, name: "a", contentType: "b")
        let bucket = try await send(
            test,
            "POST",
            "/api/storages/bucket",
            owner,
            prefer: nil,
            ["Name": "b", "Path": "/b"]
        )
        let number = try #require(try TestBackend.json(bucket).int)
        let job: JSON = [
            "kind": "webhook.deliver",
            "arguments": ["method": "POST", "url": "https://example.org/", "headers": [:], "body": [:]],
        ]
        let cases: [(method: String, path: String, authorization: String, body: JSON?)] = [
            ("POST", "/v1/targets/one/drain", admin, nil), ("POST", "/v1/objects/\(object.id)/repair", owner, nil),
            ("POST", "/v1/jobs", owner, job), ("DELETE", "/api/storages/bucket/\(number)", owner, nil),
            ("POST", "/api/storages/bucket/\(number)/Delete", owner, nil),
        ]
        for (method, path, authorization, body) in cases {
            for wrong in ["wait=soon", "wait", "wait=-1", "respond-async, wait=1.5"] {
                let answer = try await send(test, method, path, authorization, prefer: wrong, body)
                #expect(answer.status == 400, "\(method) \(path) \(wrong)")
                #expect(try TestBackend.json(answer).text.contains("Prefer"))
            }
        }
        #expect(try await jobs(test) == 0)
        #expect(try await test.objects.contents.targets.record("one")?.state == .active)
        #expect(try await BucketCollection(test.database).find(id: number, tenant: tenant)?.deletion == nil)
        // The same requests with one that can be granted.
        for (index, (method, path, authorization, body)) in cases.prefix(4).enumerated() {
            let answer = try await send(test, method, path, authorization, prefer: "respond-async, wait=0", body)
            #expect(answer.status == 202, "\(method) \(path)")
            #expect(answer.headers["preference-applied"] == "wait=0")
            let id = try #require(try TestBackend.json(answer)["id"]?.string)
            #expect(answer.headers["location"] == "/v1/jobs/\(id)")
            #expect(try await jobs(test) == Int64(index) + 1)
        }
        let plain = try await send(test, "POST", "/v1/objects/\(object.id)/repair", owner, prefer: nil)
        #expect(plain.status == 202 && plain.headers["preference-applied"] == nil && plain.headers["location"] != nil)
        #expect(try await test.objects.contents.targets.record("one")?.state == .draining)
    }
}
