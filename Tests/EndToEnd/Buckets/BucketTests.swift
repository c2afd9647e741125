import HawserCore
import HawserHTTP
import Testing

/// Seed 002: buckets.
@Suite("buckets", .timeLimit(.minutes(10)))
struct BucketTests {
    private static let path = "/api/storages/bucket"

    @Test("made, looked at, listed, counted, changed")
    func life() async throws {
        let tenant = try await Dev.shared.value.tenant()
        #expect(try await tenant.client.get(Self.path).json == [])
        #expect(try await tenant.client.get("\(Self.path)/Count").json == 0)
        let first = try await tenant.bucket(["Title": "附件容器", "BucketId": 0])
        let second = try await tenant.bucket(["Name": " Second ", "BucketId": nil])
        #expect(second > first)
        let seen = try await tenant.client.get("\(Self.path)/\(first)")
        #expect(seen.status == 200)
        #expect(
            Set(seen.json.object?.keys ?? [:].keys)
                == ["BucketId", "Name", "Path", "Title", "CreatedTime", "ModifiedTime", "Encryption", "Layout"]
        )
        #expect(seen.json["BucketId"] == .int(first))
        #expect(seen.json["Name"] == "Attachments")
        #expect(seen.json["Title"] == "附件容器")
        #expect(seen.json["ModifiedTime"] == .null)
        #expect(seen["Encryption"] == "none" && seen["Layout"] == "automatic")
        let time = try #require(seen["CreatedTime"])
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d/) != nil, "\(time)")
        #expect(try await tenant.client.get("\(Self.path)/\(second)")["Name"] == "Second")
        #expect(try await tenant.client.get("\(Self.path)/\(first)/Path").json == "/attachments")
        #expect(try await tenant.client.get("\(Self.path)/\(first)/Count").json == 0)
        #expect(try await tenant.client.get("\(Self.path)/Count").json == 2)
        let list = try await tenant.client.get(Self.path).json.array ?? []
        #expect(list.map { $0["BucketId"] } == [.int(first), .int(second)])
        #expect(list.first == seen.json)

        let change: JSON = ["BucketId": .int(first), "Name": "New", "Title": nil, "CreatedTime": "2000-01-01"]
        let changed = try await put(tenant, change)
        #expect(changed.status == 204)
        #expect(changed.body.isEmpty)
        let after = try await tenant.client.get("\(Self.path)/\(first)")
        #expect(after["Name"] == "New")
        #expect(after["Title"] == "附件容器", "null changes nothing")
        #expect(after["CreatedTime"] == time)
        #expect(after["ModifiedTime"] != nil)
    }

    private func put(_ tenant: Tenant, _ json: JSON) async throws -> Answer {
        try await tenant.client.send(
            "PUT",
            Self.path,
            headers: ["Content-Type": "application/json"],
            body: .bytes(json.bytes)
        )
    }

    @Test("a number of one's own choice, once")
    func ownNumber() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let number = Int64.random(in: 1_000_000...2_000_000_000)
        #expect(try await tenant.bucket(["BucketId": .int(number)]) == number)
        let again = try await tenant.client.post(
            Self.path,
            ["BucketId": .int(number), "Name": "x", "Path": "/x"]
        )
        #expect(again.status == 409)
        #expect(again["Message"]?.contains("\(number)") == true)
    }

    @Test(
        "what cannot be a bucket is refused by its field",
        arguments: [
            ("Name", ["Path": "/x"]), ("Name", ["Name": "  ", "Path": "/x"]), ("Name", ["Name": 7, "Path": "/x"]),
            ("Name", ["Name": .string(String(repeating: "x", count: 101)), "Path": "/x"]),
            ("Path", ["Name": "x"]), ("Path", ["Name": "x", "Path": "/a/../b"]), ("Path", ["Name": "x", "Path": ".."]),
            ("Path", ["Name": "x", "Path": "a\nb"]), ("Title", ["Name": "x", "Path": "/x", "Title": []]),
            ("BucketId", ["Name": "x", "Path": "/x", "BucketId": "five"]),
            ("BucketId", ["Name": "x", "Path": "/x", "BucketId": 4_294_967_296]),
            ("Encryption", ["Name": "x", "Path": "/x", "Encryption": "rot13"]),
            ("Layout", ["Name": "x", "Path": "/x", "Layout": "8+0"]),
        ] as [(String, JSON)]
    )
    func refused(_ field: String, _ record: JSON) async throws {
        let tenant = try await Dev.shared.value.tenant()
        let answer = try await tenant.client.post(Self.path, record)
        #expect(answer.status == 400)
        #expect(answer["Message"]?.hasPrefix("\(field):") == true, "\(answer)")
        #expect(answer["RequestId"] == answer.headers["x-request-id"])
        #expect(try await tenant.client.get("\(Self.path)/Count").json == 0)
    }

    @Test("wrong bodies, methods, callers and ids")
    func wrong() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket()
        let other = try await tenant.client.send(
            "POST",
            Self.path,
            headers: ["Content-Type": "text/xml"],
            body: .bytes([60])
        )
        #expect(other.status == 415)
        #expect(try await tenant.client.post(Self.path, "text").status == 400)
        #expect(try await put(tenant, ["Name": "x"]).status == 400)
        #expect(try await put(tenant, ["BucketId": 0, "Name": "x"]).status == 400)
        #expect(try await put(tenant, ["BucketId": .int(bucket), "Name": ""]).status == 400)
        #expect(try await put(tenant, ["BucketId": 2_147_483_647, "Name": "x"]).status == 204, "as the original")
        #expect(try await tenant.client.send("PATCH", Self.path).status == 405)
        #expect(try await dev.anybody.get(Self.path).status == 401)
        #expect(try await dev.admin.get(Self.path).status == 403)
        for id in ["x", "1.5", "%2e%2e", "..%2f..%2fetc", "99999999999999999999", "1;drop", "%00"] {
            let status = try await tenant.client.get("\(Self.path)/\(id)").status
            #expect(status == 404 || status == 400, "\(id)")
        }
        for id in ["0", "-1", "2147483647"] {
            #expect(try await tenant.client.get("\(Self.path)/\(id)").json == .null)
            #expect(try await tenant.client.get("\(Self.path)/\(id)/Count").json == 0)
            #expect(try await tenant.client.get("\(Self.path)/\(id)/Path").json == .null)
            #expect(try await tenant.client.send("DELETE", "\(Self.path)/\(id)").json == false)
        }
    }

    @Test("another tenant's bucket and files are as good as none")
    func isolation() async throws {
        let dev = try await Dev.shared.value
        let (owner, other) = (try await dev.tenant(), try await dev.tenant())
        let bucket = try await owner.bucket()
        let file = try await owner.putFile([1], into: bucket)
        #expect(try await other.client.get("\(Self.path)/\(bucket)").json == .null)
        #expect(try await other.client.get("\(Self.path)/\(bucket)/Count").json == 0)
        #expect(try await other.client.get("\(Self.path)/\(bucket)/Path").json == .null)
        #expect(try await other.client.get(Self.path).json == [])
        #expect(try await put(other, ["BucketId": .int(bucket), "Name": "stolen"]).status == 204)
        #expect(try await other.client.send("DELETE", "\(Self.path)/\(bucket)").json == false)
        #expect(try await other.client.post("\(Self.path)/\(bucket)/Delete").json == false)
        #expect(try await other.client.post("/api/storages/file/\(bucket)", Form([.init("x", [1])])).status == 404)
        #expect(try await other.client.get("/api/storages/file/\(file)").status == 404)
        #expect(try await other.client.get("/api/storages/file/\(file)/Info").json == .null)
        #expect(try await other.client.get("/api/storages/file/\(file)/Path").json == .null)
        #expect(try await other.client.send("DELETE", "/api/storages/file/\(file)").json == false)
        #expect(try await owner.client.get("\(Self.path)/\(bucket)")["Name"] == "Attachments")
        #expect(try await owner.client.get("/api/storages/file/\(file)").body == [1])
    }

    @Test("deleted with its files by a job", arguments: ["DELETE", "POST"])
    func delete(method: String) async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket()
        let form = Form((0..<5).map { .init("\($0).txt", [UInt8($0)]) })
        let files = try await tenant.put(form, into: bucket).compactMap { $0["FileId"]?.string }
        #expect(files.count == 5)
        let path = "\(Self.path)/\(bucket)" + (method == "POST" ? "/Delete" : "")
        let wrong = try await tenant.client.send(method, path, headers: ["Prefer": "wait=for-ever"], body: .bytes([]))
        #expect(wrong.status == 400)
        let key = ["Idempotency-Key": "delete-\(bucket)"]
        let accepted = try await tenant.client.send(method, path, headers: key, body: .bytes([]))
        #expect(accepted.status == 202)
        #expect(accepted["kind"] == "bucket.delete")
        let id = try #require(accepted["id"])
        #expect(accepted.headers["location"] == "/v1/jobs/\(id)")
        // It takes no files from now on, whether the job has begun or is over.
        let late = try await tenant.client.post("/api/storages/file/\(bucket)", Form([.init("late", [1])]))
        #expect(late.status == 409 || late.status == 404, "\(late)")
        let job = try await tenant.finished(id)
        #expect(job["state"] == "succeeded")
        #expect(job["result"]?["files"] == 5)
        #expect(try await tenant.client.get("\(Self.path)/\(bucket)").json == .null)
        #expect(try await tenant.client.send(method, path, body: .bytes([])).json == false)
        let repeated = try await tenant.client.send(method, path, headers: key, body: .bytes([]))
        #expect(repeated["id"] == id, "it was this one")
        for file in files {
            #expect(try await tenant.client.get("/api/storages/file/\(file)").status == 404)
            let key = "storages.file:\(file.replacing("-", with: ""))"
            #expect(try await dev.redis.send(["EXISTS", .string(key)]).int == 0)
        }
        #expect(try await dev.redis.send(["EXISTS", "storages.bucket:\(bucket)"]).int == 0)
        #expect(try await dev.redis.send(["EXISTS", "storages.bucket:\(bucket):files"]).int == 0)
        let again = try await tenant.client.post(Self.path, ["BucketId": .int(bucket), "Name": "x", "Path": "/x"])
        #expect(again.status == 409, "a number is not given again")
    }

    @Test("with Prefer: wait the answer is the finished job")
    func waited() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let bucket = try await tenant.bucket()
        _ = try await tenant.putFile([1], into: bucket)
        let answer = try await tenant.client.send("DELETE", "\(Self.path)/\(bucket)", headers: ["Prefer": "wait=60"])
        #expect(answer.status == 200)
        #expect(answer["state"] == "succeeded")
        #expect(answer.headers["preference-applied"] == "wait=60")
    }
}
