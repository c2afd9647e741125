import HawserAPI
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage
import Testing

/// What a bucket may say of how its files are kept, as far as the server can do it.
@Suite("the policy of a bucket", .timeLimit(.minutes(1)))
struct BucketPolicyTests {
    private func send(_ test: TestBackend, _ method: String, _ record: JSON, _ owner: String) async throws -> Response {
        let headers: Headers = ["Authorization": owner, "Content-Type": "application/json"]
        return await test.front.handle(
            try Request(method: method, target: "/api/storages/bucket", headers: headers, body: record.bytes)
        )
    }

    @Test("what the server cannot do is refused by its field, and changes nothing")
    func refused() async throws {
        let test = try await TestBackend(storeKey: nil)
        for id in ["a", "b"] {
            let place = TargetRecord.Place.directory(path: "/tmp/\(id)")
            try await TargetCollection(test.database).insert(TargetRecord(id: id, place: place))
        }
        let (tenant, owner) = try await test.tenant()
        let made = try await send(test, "POST", ["Name": "b", "Path": "/b", "Layout": "1+1"], owner)
        let id = try #require(try TestBackend.json(made).int)
        let cases: [(field: String, value: JSON, status: Int)] = [
            ("Encryption", "aes256-gcm", 409), ("Encryption", "rot13", 400), ("Encryption", true, 400),
            ("Encryption", "AES256-GCM", 400), ("Layout", "2+1", 409), ("Layout", "erasure", 409),
            ("Layout", "8+0", 400), ("Layout", "two", 400), ("Layout", 3, 400), ("Layout", "1000+4", 400),
        ]
        for (field, value, status) in cases {
            for method in ["POST", "PUT"] {
                let record: [String: JSON] = ["Name": "other", "Path": "/x", field: value]
                let own: [String: JSON] = method == "PUT" ? ["BucketId": .int(id)] : [:]
                let answer = try await send(test, method, .object(record.merging(own) { $1 }), owner)
                #expect(answer.status == status, "\(method) \(field) \(value)")
                let message = try TestBackend.json(answer)["Message"]?.string ?? ""
                #expect(message.hasPrefix("\(field): "), "\(message)")
            }
        }
        let buckets = try await BucketCollection(test.database).list(tenant: tenant)
        #expect(buckets.map(\.name) == ["b"])
        #expect(buckets.first?.policy == StoragePolicy(layout: .code(k: 1, m: 1)))
    }
}
