import HawserCore
import HawserMetadata
import HawserRedis
import HawserTestSupport
import Testing

@testable import HawserBuckets

/// The copy of buckets and files in Redis.
@Suite("the keys in Redis", .timeLimit(.minutes(2)))
struct CacheTests {
    @Test("a file is in Redis when it is in MongoDB, and gone when it is gone")
    func life() async throws {
        let test = try await TestStore()
        let bucket = try await test.bucket()
        let key = CacheKeys.bucket(bucket.id)
        #expect(try await test.hash(key)["Name"] == "b")
        try await test.store.change(bucket.id, tenant: "t", to: .init(title: "附件容器"))
        #expect(try await test.hash(key)["Title"] == "附件容器")
        let files = try await test.store.add(
            [try await test.file("a"), try await test.file("b")],
            properties: ["k.1": "v"],
            to: bucket
        )
        #expect(try await test.members(of: bucket.id) == Set(files.map(\.bareID)))
        let hash = try await test.hash(CacheKeys.file(files[0].id))
        #expect(hash["BucketId"] == String(bucket.id))
        #expect(hash["Size"] == "1")
        #expect(hash["TotalVisits"] == "0")
        #expect(hash["ExtendedProperties.k.1"] == "v")
        #expect(hash["ModifiedTime"] == nil, "null")
        #expect(try await test.store.removeFile(files[0].id, tenant: "t"))
        #expect(try await test.hash(CacheKeys.file(files[0].id)).isEmpty)
        #expect(try await test.members(of: bucket.id) == [files[1].bareID])
        #expect(try await test.objects.find(files[0].id, tenant: "t") == nil)
        #expect(try await test.store.delete(bucket.id, tenant: "t") { _ in } == 1)
        #expect(try await test.redis.send(["KEYS", "storages.bucket:\(bucket.id)"]).array == [])
        #expect(try await test.members(of: bucket.id).isEmpty)
        #expect(try await test.store.bucket(bucket.id, tenant: "t") == nil)
        #expect(try await test.store.file(files[1].id, tenant: "t") == nil)
        await #expect(throws: BucketError.numberTaken(bucket.id)) {
            _ = try await test.store.create(number: bucket.id, tenant: "t", name: "x", path: "/", title: nil)
        }
    }

    @Test("who is late with what he had to write changes nothing")
    func late() async throws {
        let test = try await TestStore()
        let old = try await test.bucket()
        try await test.store.change(old.id, tenant: "t", to: .init(name: "new"))
        #expect(await test.store.cache.write([.put(old)]))
        #expect(try await test.hash(CacheKeys.bucket(old.id))["Name"] == "new")
        let file = try #require(try await test.store.add([try await test.file()], properties: [:], to: old).first)
        #expect(try await test.store.removeFile(file.id, tenant: "t"))
        #expect(await test.store.cache.write([.put(file)]))
        #expect(try await test.hash(CacheKeys.file(file.id)).isEmpty)
        #expect(try await test.members(of: old.id).isEmpty)
        _ = try await test.store.delete(old.id, tenant: "t") { _ in }
        #expect(await test.store.cache.write([.put(old)]))
        #expect(try await test.hash(CacheKeys.bucket(old.id)).isEmpty)
    }

    @Test("what Redis lost, or has and should not, is mended")
    func repaired() async throws {
        let test = try await TestStore()
        let bucket = try await test.bucket()
        let file = try #require(try await test.store.add([try await test.file()], properties: [:], to: bucket).first)
        try await test.store.visit(file)
        let key = CacheKeys.file(file.id)
        // Downloads are told by the sweep.
        try await test.sweep { try await test.hash(key)["TotalVisits"] == "1" }
        let generation = try await test.redis.send(["GET", .string(CacheKeys.generation)])
        try await test.redis.send(["FLUSHDB"])
        try await test.redis.send(["HSET", "storages.file:00000000000000000000000000000000", "Name", "ghost"])
        try await test.redis.send(["HSET", "storages.bucket:999999", "Name", "ghost"])
        try await test.redis.send(["SADD", .string(CacheKeys.files(of: bucket.id)), "ghost"])
        try await test.redis.send(["SET", .string(key), "of another type"])
        try await test.sweep {
            let members = try await test.members(of: bucket.id)
            guard members == [file.bareID] else { return false }
            let ghosts = ["storages.file:00000000000000000000000000000000", "storages.bucket:999999"]
            for ghost in ghosts where try await test.redis.send(["EXISTS", .string(ghost)]).int != 0 { return false }
            return try await test.redis.send(["EXISTS", .string(CacheKeys.bucket(bucket.id))]).int == 1
        }
        #expect(try await test.hash(key)["TotalVisits"] == "1")
        #expect(try await test.redis.send(["GET", .string(CacheKeys.generation)]) != generation)
    }

    @Test("without Redis nothing is refused, and Redis has it when it is back")
    func away() async throws {
        let server = try await TestRedis.start()
        let test = try await TestStore(redis: try server.client())
        let before = try await test.bucket("before")
        await server.kill()
        let bucket = try await test.bucket("during")
        let files = try await test.store.add([try await test.file()], properties: [:], to: bucket)
        #expect(try await test.store.file(files[0].id, tenant: "t") == files[0])
        let gone = try await test.store.add([try await test.file("gone")], properties: [:], to: before)
        #expect(try await test.store.removeFile(gone[0].id, tenant: "t"))
        // It comes back without what it had.
        try await server.restart()
        try await test.sweep {
            guard let hash = try? await test.hash(CacheKeys.file(files[0].id)), !hash.isEmpty else { return false }
            guard try await test.hash(CacheKeys.bucket(before.id))["Name"] == "before" else { return false }
            return try await test.hash(CacheKeys.bucket(bucket.id))["Name"] == "during"
        }
        #expect(try await test.members(of: before.id).isEmpty)
        await server.stop()
    }

    @Test("an upload whose process died before its files were there is taken back")
    func uploads() async throws {
        let test = try await TestStore()
        let bucket = try await test.bucket()
        func upload() async throws -> FileUpload {
            let file = try await test.file("orphan")
            let id = UUIDv7.make()
            _ = try await test.objects.put(file.staged, tenant: "t", name: "x", contentType: "text/plain", id: id)
            let upload = FileUpload(id: UUIDv7.make(), tenant: "t", bucket: bucket.id, files: [id])
            try await test.store.uploads.insert(upload)
            return upload
        }
        let (dead, deleted) = (try await upload(), try await upload())
        #expect(try await test.store.abandon(dead))
        #expect(try await test.objects.find(dead.files[0], tenant: "t") == nil)
        // Who deletes the bucket decides against those that are under way.
        _ = try await test.store.close(bucket.id, tenant: "t", job: "j")
        _ = try await test.store.delete(bucket.id, tenant: "t") { _ in }
        let uploads = test.store.uploads
        #expect(try await !test.store.database.transaction("end") { try uploads.end(id: deleted.id, in: $0) })
        await #expect(throws: BucketError.closed(bucket.id)) {
            _ = try await test.store.add([try await test.file()], properties: [:], to: bucket)
        }
    }
}
