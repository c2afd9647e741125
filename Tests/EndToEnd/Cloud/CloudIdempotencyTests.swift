import HawserCore
import HawserHTTP
import Testing

/// `Idempotency-Key` on changes of the cloud.
@Suite(
    "cloud changes that are asked for twice",
    .enabled(if: CloudDev.isThere, CloudDev.reason),
    .timeLimit(.minutes(15))
)
struct CloudIdempotencyTests {
    private static func send(
        _ client: Client,
        _ method: String,
        _ path: String,
        _ key: String,
        _ body: JSON? = nil,
        wait: Int? = nil
    ) async throws -> Answer {
        var headers = ["Idempotency-Key": key]
        if body != nil { headers["Content-Type"] = "application/json" }
        if let wait { headers["Prefer"] = "wait=\(wait)" }
        let bytes: ClientRequest.Body = body.map { .bytes(Array($0.data)) } ?? .none
        return try await client.send(method, "/iaas/v1\(path)", headers: headers, body: bytes)
    }

    @Test("two posts at once with one key make one disk; later ones are answered with the finished reply")
    func once() async throws {
        try await CloudTenant.with { own in
            let key = UUIDv7.make()
            let body: JSON = ["volume_name": .string(own.mark), "cloud_disk_conf": ["size_in_g": 1]]
            async let one = Self.send(own.client, "POST", "/cloud-disks", key, body)
            async let two = Self.send(own.client, "POST", "/cloud-disks", key, body, wait: 60)
            let (first, second) = try await (one, two)
            #expect(first.status == 202, "\(first)")
            #expect(second.status == 200, "\(second)")
            let job = try #require(first["id"])
            #expect(second.headers["location"] == first.headers["location"])
            #expect(second.headers["location"] == "/v1/jobs/\(job)")
            let made = try await own.outcome(of: job)
            #expect(made["cloud_disk"]?["volume_name"]?.string == own.mark, "\(made)")

            let late = try await Self.send(own.client, "POST", "/cloud-disks", key, body, wait: 10)
            #expect(late.status == 200)
            #expect(late.json == made.json)
            #expect(late.json == second.json)
            let again = try await Self.send(own.client, "POST", "/cloud-disks", key, body)
            #expect(again.status == 202)
            #expect(again["id"] == job)
            #expect(again["created_at"] == first["created_at"])
            #expect(try await own.volumes().count == 1)
        }
    }

    @Test("a key stands for one request of one tenant: another body or route is refused, a refused one frees its key")
    func scope() async throws {
        try await CloudTenant.with { own in
            let (key, disk) = (UUIDv7.make(), "/cloud-disks/no-such-disk")
            let wrong = try await Self.send(own.client, "PUT", disk, key, ["volume_nam": "x"])
            #expect(wrong.status == 400)
            let elsewhere = try await Self.send(own.client, "PUT", disk, key, ["volume_name": "x", "region": "Mars"])
            #expect(elsewhere.status == 400, "\(elsewhere)")
            // The job fails, and that is the answer from then on.
            let first = try await Self.send(own.client, "PUT", disk, key, ["volume_name": "x"], wait: 60)
            #expect(first.status == 404, "\(first)")
            let second = try await Self.send(own.client, "PUT", disk, key, ["volume_name": "x"], wait: 60)
            #expect(second.status == 404)
            #expect(second.headers["location"] == first.headers["location"])
            for (method, path, body): (String, String, JSON?) in [
                ("PUT", disk, ["volume_name": "y"]), ("PUT", "/cloud-disks/another", ["volume_name": "x"]),
                ("DELETE", disk, nil), ("DELETE", "\(disk)?region=RegionOne", nil),
            ] {
                let reused = try await Self.send(own.client, method, path, key, body, wait: 60)
                #expect(reused.status == 422, "\(method) \(path): \(reused)")
                #expect(reused.json["code"] == 10000)
                #expect(reused["msg"]?.contains("Idempotency-Key") == true)
            }
            for key in [String(repeating: "x", count: 256), "with space"] {
                #expect(try await Self.send(own.client, "DELETE", disk, key).status == 400)
            }
            let jobs = try await own.client.get("/v1/jobs").json["jobs"]?.array
            #expect(jobs?.count == 1)
            try await CloudTenant.with { other in
                let theirs = try await Self.send(other.client, "PUT", disk, key, ["volume_name": "x"], wait: 60)
                #expect(theirs.status == 404)
                #expect(theirs.headers["location"] != first.headers["location"])
            }
        }
    }

    @Test("a tenant that is asked for again with the key is the same, though its name is taken by then")
    func tenants() async throws {
        let dev = try await CloudDev.shared.value
        let body: JSON = ["tenant_name": .string("test \(UUIDv7.make())")]
        func post(_ key: String) async throws -> Answer {
            try await Self.send(dev.admin, "POST", "/tenants", key, body, wait: 60)
        }
        var key = UUIDv7.make()
        var first = try await post(key)
        // A number that another installation has in this cloud is passed over.
        while first.status == 409 {
            key = UUIDv7.make()
            first = try await post(key)
        }
        let made = CloudTenant.Outcome(status: first.status, json: first.json, job: nil)
        let tenant = try await CloudTenant.of(made, in: dev)
        let second = try await post(key)
        let other = try await post(UUIDv7.make())
        try await tenant.remove()
        #expect(second.status == 200, "\(second)")
        #expect(second.json == first.json)
        #expect(other.status == 409, "\(other)")
    }
}
