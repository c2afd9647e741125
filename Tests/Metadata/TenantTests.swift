import HawserCore
import HawserMetadata
import Testing

struct TenantTests {
    @Test func idsAreCountedAndNamesUnique() async throws {
        let tenants = TenantCollection(try await TestDatabase.make())
        try await tenants.prepare()
        try await tenants.prepare()
        let first = try await tenants.add(name: "acme", keyHash: Digest.sha256("k1".utf8))
        #expect(first.id == "t-0000000001")
        let error = await #expect(throws: MetadataError.self) {
            try await tenants.add(name: "acme", keyHash: Digest.sha256("k2".utf8))
        }
        #expect(error?.kind == .duplicate(index: "name_1"))
        let second = try await tenants.add(name: "bolt", keyHash: Digest.sha256("k2".utf8))
        #expect(second.id == "t-0000000002")
        #expect(try await tenants.find(id: "t-0000000001") == first)
        #expect(try await tenants.find(id: "t-0000000009") == nil)
        #expect(try await tenants.find(keyHash: Digest.sha256("k2".utf8)) == second)
        #expect(try await tenants.find(keyHash: Digest.sha256("k3".utf8)) == nil)
        #expect(try await tenants.list() == [first, second])
        #expect(try await tenants.list(after: first.id, limit: 1) == [second])
    }

    @Test func manyAddedAtOnceGetDifferentIds() async throws {
        let tenants = TenantCollection(try await TestDatabase.make())
        try await tenants.prepare()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<50 {
                group.addTask { try await tenants.add(name: "n\(number)", keyHash: [UInt8(number)]).id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 50)
        #expect(ids.max() == "t-0000000050")
    }

    @Test func ofManyWithOneNameOneIsAdded() async throws {
        let tenants = TenantCollection(try await TestDatabase.make())
        try await tenants.prepare()
        let added = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask { (try? await tenants.add(name: "same", keyHash: [UInt8(number)])) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(added == 1)
        #expect(try await tenants.list().count == 1)
    }
}
