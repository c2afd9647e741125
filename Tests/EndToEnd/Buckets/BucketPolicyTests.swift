import Foundation
import HawserCore
import HawserHTTP
import Testing

/// Buckets that say how their files are kept.
@Suite("the policy of a bucket", .timeLimit(.minutes(10)))
struct BucketPolicyTests {
    private static let path = "/api/storages/bucket"

    /// An object as `/v1/objects` shows it, once it is durable.
    private func durable(_ id: String, _ tenant: Tenant) async throws -> JSON {
        while true {
            let answer = try await tenant.client.get("/v1/objects/\(id)")
            guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
            if answer["state"] == "durable" { return answer.json }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether a text is in any file of the store, whole or in part.
    private func isKept(_ text: String, in dev: Dev) throws -> Bool {
        for directory in ["staging", "staged", "targets"] {
            for name in dev.files(below: directory) {
                // Files come and go while they are looked at.
                let file = FileManager.default.contents(atPath: "\(dev.data)/\(directory)/\(name)")
                if file?.range(of: Data(text.utf8)) != nil { return true }
            }
        }
        return false
    }

    @Test("an encrypted file is what it was to its owner, and nothing to the disks")
    func encrypted() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket(["Encryption": "aes256-gcm"])
        let text = "a marker \(UUIDv7.make()) "
        let bytes = Array(String(repeating: text, count: 60_000).utf8)
        let small = Array(bytes.prefix(300))
        let form = Form([.init("large.txt", bytes), .init("small.txt", small), .init("none.txt", [])])
        let files = try await tenant.put(form, into: bucket).compactMap { $0["FileId"]?.string }
        #expect(files.count == 3)
        #expect(try !isKept(text, in: dev))
        let object = try await durable(files[0], tenant)
        #expect(object["encryption"] == "aes256-gcm" && object["layout_policy"] == "automatic")
        #expect(object["size"] == .int(Int64(bytes.count)) && object["sha256"] == .string(Digest.sha256(bytes).hex))
        #expect(try !isKept(text, in: dev))
        let whole = try await tenant.client.get("/api/storages/file/\(files[0])")
        #expect(whole.status == 200 && whole.body == bytes)
        #expect(whole.headers["etag"] == "\"\(Digest.md5(bytes).hex)\"")
        for _ in 0..<10 {
            let start = Int.random(in: 0..<bytes.count)
            let end = Int.random(in: start..<bytes.count)
            let range = ["Range": "bytes=\(start)-\(end)"]
            let part = try await tenant.client.get("/api/storages/file/\(files[0])", range)
            #expect(part.status == 206 && part.body == Array(bytes[start...end]), "\(start)-\(end)")
        }
        #expect(try await tenant.client.get("/api/storages/file/\(files[1])").body == small)
        #expect(try await tenant.client.get("/api/storages/file/\(files[2])").body == [])
        // From now on as they come; what is there stays as it is.
        let change: JSON = ["BucketId": .int(bucket), "Encryption": "none"]
        let changed = try await tenant.client.send(
            "PUT",
            Self.path,
            headers: ["Content-Type": "application/json"],
            body: .bytes(change.bytes)
        )
        #expect(changed.status == 204)
        #expect(try await tenant.client.get("\(Self.path)/\(bucket)")["Encryption"] == "none")
        let plain = try await tenant.putFile(bytes, into: bucket)
        #expect(try await durable(plain, tenant)["encryption"] == "none")
        #expect(try isKept(text, in: dev), "the search finds what is there")
        #expect(try await tenant.client.get("/api/storages/file/\(files[0])").body == bytes)
        #expect(try await tenant.client.send("DELETE", "/api/storages/file/\(files[0])").json == true)
        #expect(try await tenant.client.get("/v1/objects/\(files[0])").status == 404)
    }

    @Test("files are laid out as the bucket says")
    func layouts() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let cases: [(layout: String, type: String, k: Int64, m: Int64)] = [
            ("replicas", "replicas", 1, 2), ("erasure", "erasure", 4, 2), ("3+2", "erasure", 3, 2),
            ("1+4", "replicas", 1, 4),
        ]
        for (layout, type, k, m) in cases {
            let bucket = try await tenant.bucket(["Layout": .string(layout), "Encryption": "aes256-gcm"])
            #expect(try await tenant.client.get("\(Self.path)/\(bucket)")["Layout"] == layout)
            let bytes = Crypto.randomBytes(100_000)
            let file = try await tenant.putFile(bytes, into: bucket)
            let object = try await durable(file, tenant)
            #expect(object["layout"]?["type"] == .string(type), "\(layout)")
            #expect(object["layout"]?["k"] == .int(k) && object["layout"]?["m"] == .int(m))
            #expect(object["layout_policy"] == .string(layout))
            #expect(try await tenant.client.get("/api/storages/file/\(file)").body == bytes)
        }
        let many = try await tenant.client.post(Self.path, ["Name": "x", "Path": "/x", "Layout": "32+8"])
        #expect(many.status == 409)
        #expect(many["Message"] == "Layout: 32+8 takes 40 targets and 6 are active", "\(many)")
    }
}
