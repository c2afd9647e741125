import HawserCore
import HawserMetadata
import Testing

struct MongoCollectionTests {
    func filled(_ count: Int) async throws -> MongoCollection {
        let collection = try await TestDatabase.make().collection("things")
        try await collection.insertMany((0..<count).map { ["_id": .int(Int64($0)), "even": .bool($0 % 2 == 0)] })
        return collection
    }

    @Test func ping() async throws {
        try await TestDatabase.make().ping()
    }

    @Test func find() async throws {
        let things = try await filled(500)
        #expect(try await things.find().count == 500, "more than one batch of the server")
        let two = try await things.find(["even": true], sort: ["_id": -1], limit: 2, projection: ["_id": 1])
        #expect(two == [["_id": 498], ["_id": 496]])
        #expect(try await things.find(limit: 0) == [])
        #expect(try await things.findOne(["_id": ["$gt": 5]], sort: ["_id": 1])?["_id"] == 6)
        #expect(try await things.findOne(["_id": -1]) == nil)
        #expect(try await things.count(["even": false]) == 250)
        #expect(try await things.count(limit: 10) == 10)
    }

    @Test func update() async throws {
        let things = try await filled(10)
        let one = try await things.updateOne(["even": true], ["$set": ["x": 1]])
        #expect(one == (try await things.updateOne(["_id": 1], ["$set": ["x": 1]])))
        #expect(one.matched == 1 && one.modified == 1 && !one.isInserted)
        let same = try await things.updateOne(["_id": 1], ["$set": ["x": 1]])
        #expect(same.matched == 1 && same.modified == 0)
        let many = try await things.updateMany([:], ["$inc": ["x": 1]])
        #expect(many.matched == 10 && many.modified == 10)
        let none = try await things.updateOne(["_id": 99], ["$set": ["x": 1]])
        #expect(none.matched == 0 && !none.isInserted)
        let made = try await things.updateOne(["_id": 99], ["$set": ["x": 1]], upsert: true)
        #expect(made.isInserted)
        try await things.replaceOne(["_id": 99], ["y": 2])
        #expect(try await things.findOne(["_id": 99]) == ["_id": 99, "y": 2])
        #expect(try await things.deleteOne(["_id": 99]))
        #expect(try await !things.deleteOne(["_id": 99]))
        #expect(try await things.deleteMany(["even": true]) == 5)
    }

    @Test func findAndModify() async throws {
        let things = try await filled(2)
        #expect(try await things.findOneAndUpdate(["_id": 0], ["$set": ["x": 1]])?["x"] == 1)
        #expect(try await things.findOneAndUpdate(["_id": 0], ["$set": ["x": 2]], returning: .before)?["x"] == 1)
        #expect(try await things.findOneAndUpdate(["_id": 9], ["$set": ["x": 2]]) == nil)
        #expect(try await things.findOneAndUpdate(["_id": 9], ["$set": ["x": 2]], upsert: true)?["x"] == 2)
        #expect(try await things.findOneAndDelete([:], sort: ["_id": -1])?["_id"] == 9)
        #expect(try await things.findOneAndDelete(["_id": 9]) == nil)
    }

    @Test func duplicatesAreTyped() async throws {
        let things = try await filled(1)
        try await things.createIndexes([MongoIndex(["name": 1], isUnique: true, isSparse: true)])
        func index(_ body: () async throws -> Void) async throws -> String? {
            let error = await #expect(throws: MetadataError.self) { try await body() }
            guard case .duplicate(let index)? = error?.kind else { return nil }
            #expect(error.map { !"\($0)".contains("hidden") } == true)
            return index
        }
        #expect(try await index { try await things.insertOne(["_id": 0]) } == "_id_")
        try await things.insertOne(["_id": 1, "name": "hidden"])
        #expect(try await index { try await things.insertOne(["_id": 2, "name": "hidden"]) } == "name_1")
        #expect(try await index { try await things.insertMany([["_id": 3], ["_id": 1]]) } == "_id_")
        #expect(
            try await index { try await things.updateOne(["_id": 3], ["$set": ["name": "hidden"]]) } == "name_1"
        )
        #expect(
            try await index {
                _ = try await things.findOneAndUpdate(["_id": 3], ["$set": ["name": "hidden"]])
            } == "name_1"
        )
    }

    @Test func refusalsAreTyped() async throws {
        let things = try await filled(1)
        let error = await #expect(throws: MetadataError.self) {
            try await things.updateOne(["_id": 0], ["$nonsense": ["x": 1]])
        }
        #expect(error?.operation == "update" && error?.collection == "things")
        guard case .failed? = error?.kind else {
            Issue.record("not failed: \(String(describing: error))")
            return
        }
        await #expect(throws: MetadataError.self) { try await things.find(["$nonsense": 1]) }
        await #expect(throws: MetadataError.self) { try await things.count(["$nonsense": 1]) }
    }

    @Test func indexesAreMadeOnce() async throws {
        let database = try await TestDatabase.make()
        let things = database.collection("indexed")
        let indexes = [
            MongoIndex(["a": 1, "b": -1], isUnique: true), MongoIndex(["when": 1], expireAfterSeconds: 60),
            MongoIndex(["c": 1], only: ["c": ["$exists": true]]),
        ]
        try await things.createIndexes(indexes)
        try await things.createIndexes(indexes)
        let reply = try await database.command(["listIndexes": "indexed"])
        let made = reply["cursor"]?.document?["firstBatch"]?.array?.compactMap(\.document) ?? []
        #expect(made.compactMap { $0["name"]?.string } == ["_id_", "a_1_b_-1", "when_1", "c_1"])
        #expect(made[1]["unique"] == true)
        #expect(made[2]["expireAfterSeconds"] == 60)
        await #expect(throws: MetadataError.self) {
            try await things.createIndexes([MongoIndex(["when": 1], expireAfterSeconds: 61)])
        }
    }

    @Test func bulkReportsEachRefusedWrite() async throws {
        let things = try await filled(5)
        #expect(try await things.bulkWrite([]).inserted == 0)
        let result = try await things.bulkWrite([
            .insertOne(["_id": 10]), .insertOne(["_id": 0]), .updateOne(["_id": 1], ["$set": ["x": 1]]),
            .insertOne(["_id": 11]), .updateOne(["_id": 77], ["$set": ["x": 1]], upsert: true),
            .deleteOne(["_id": 2]), .insertOne(["_id": 10]), .updateMany(["even": true], ["$set": ["x": 2]]),
            .replaceOne(["_id": 4], ["z": 1]), .updateOne(["_id": 1], ["$inc": ["even": 1]]),
            .deleteMany(["_id": 3]),
        ])
        #expect(result.failures.map(\.index) == [1, 6, 9])
        #expect(result.failures.map(\.isDuplicate) == [true, true, false])
        #expect(result.inserted == 2 && result.upserted == 1 && result.deleted == 2)
        #expect(try await things.count() == 6)
    }

    @Test func bulkOfThousands() async throws {
        let things = try await filled(0)
        let result = try await things.bulkWrite((0..<5000).map { .insertOne(["_id": .int(Int64($0))]) })
        #expect(result.inserted == 5000)
        let again = try await things.bulkWrite((4990..<5010).map { .insertOne(["_id": .int(Int64($0))]) })
        #expect(again.inserted == 10 && again.failures.map(\.index) == Array(0..<10))
    }

    @Test func manyCallsAtOnceAllComeThrough() async throws {
        let things = try await filled(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1000 {
                group.addTask { try await things.insertOne(["_id": .int(Int64(number))]) }
            }
            try await group.waitForAll()
        }
        #expect(try await things.count() == 1000)
    }
}
