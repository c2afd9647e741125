import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@Suite("transactions", .timeLimit(.minutes(1)))
struct TransactionTests {
    private struct Stop: Error {}

    @Test("all of a transaction is done or none")
    func allOrNone() async throws {
        let database = try await TestDatabase.make()
        let (a, b) = (database.collection("a"), database.collection("b"))
        try await a.insertOne(["_id": 1, "n": 1])
        try await b.insertOne(["_id": 1, "n": 1])
        try await database.transaction("move") { transaction in
            try transaction.updateOne(a, ["_id": 1], ["$inc": ["n": -1]])
            try transaction.updateOne(b, ["_id": 1], ["$inc": ["n": 1]])
        }
        await #expect(throws: Stop.self) {
            try await database.transaction("move") { transaction in
                try transaction.updateOne(a, ["_id": 1], ["$inc": ["n": -1]])
                #expect(try transaction.findOne(a, ["_id": 1])?["n"] == .int(-1), "it sees what it did itself")
                try transaction.deleteOne(b, ["_id": 1])
                throw Stop()
            }
        }
        let refused = await #expect(throws: MetadataError.self) {
            try await database.transaction("move") { transaction in
                try transaction.updateOne(a, ["_id": 1], ["$inc": ["n": -1]])
                try transaction.insertOne(b, ["_id": 1])
            }
        }
        #expect(refused?.isDuplicate == true)
        #expect(try await a.findOne(["_id": 1])?["n"] == 0)
        #expect(try await b.findOne(["_id": 1])?["n"] == 2)
    }

    @Test("transactions that meet are done one after the other, and none is lost")
    func conflicts() async throws {
        let database = try await TestDatabase.make()
        let counters = database.collection("counters")
        try await counters.insertOne(["_id": 1, "n": 0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await database.transaction("count") { transaction in
                        let now = try transaction.findOne(counters, ["_id": 1])?["n"]?.int ?? 0
                        try transaction.updateOne(counters, ["_id": 1], ["$set": ["n": .int(now + 1)]])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await counters.findOne(["_id": 1])?["n"] == 40)
    }

    @Test("an object's bytes are counted with it, whoever comes at the same time")
    func usage() async throws {
        let database = try await TestDatabase.make()
        let (objects, usage) = (StoredObjectCollection(database), UsageCollection(database))
        try await objects.prepare()
        let all = (0..<40).map { number in object("o\(number)", size: Int64(number)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for object in all {
                group.addTask { try await objects.insert(object, with: content(object)) }
            }
            try await group.waitForAll()
        }
        #expect(try await usage.of("t-1") == Usage(volume: 780, objects: 40))
        let again = await #expect(throws: MetadataError.self) {
            try await objects.insert(all[7], with: content(all[7]))
        }
        #expect(again?.isDuplicate == true)
        let removed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for object in all.prefix(20) + all.prefix(20) {
                group.addTask { try await objects.remove(id: object.id, tenant: "t-1") != nil }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(removed == 20, "each was there once")
        #expect(try await usage.of("t-1") == Usage(volume: 590, objects: 20))
        #expect(try await usage.of("t-2") == Usage())
    }

    @Test("a transaction whose server is away fails in time, and the next one is done")
    func outage() async throws {
        let server = try await TestMongo.start()
        let database = try TestDatabase.make(on: server, options: MongoDatabase.Options())
        let items = database.collection("items")
        try await items.insertOne(["_id": 0])
        server.pause()
        let begin = ContinuousClock.now
        await #expect(throws: MetadataUnavailable.self) {
            try await database.transaction("put") { try $0.insertOne(items, ["_id": 1]) }
        }
        #expect(ContinuousClock.now - begin < .seconds(5))
        server.resume()
        while (try? await database.ping()) == nil { try await Task.sleep(for: .milliseconds(20)) }
        try await database.transaction("put") { try $0.insertOne(items, ["_id": 2]) }
        #expect(try await items.findOne(["_id": 2]) != nil)
        await server.stop()
    }

    private func content(_ object: StoredObject) -> StoredContent {
        StoredContent(
            id: object.content,
            tenant: object.tenant,
            size: object.size,
            md5: "",
            sha1: nil,
            sha256: "",
            state: .durable,
            layout: .inline([])
        )
    }

    private func object(_ id: String, size: Int64) -> StoredObject {
        StoredObject(
            id: id,
            box: "b",
            tenant: "t-1",
            name: id,
            contentType: "text/plain",
            size: size,
            etag: "",
            sha1: nil,
            sha256: "",
            content: UUIDv7.make(),
            created: .now
        )
    }
}
