import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

/// What callers see when MongoDB dies or hangs; each test has a server of its own to kill.
@Suite(.serialized)
struct OutageTests {
    /// Callers promise their own clients an answer within a second; twice that for a machine busy with other tests.
    ///
    /// Still far below what the driver alone would take: 5 s for a server that hangs, 20 s for a burst of calls.
    static let limit = Duration.seconds(4)

    func expectUnavailable(_ body: () async throws -> Void) async {
        let start = ContinuousClock.now
        let error = await #expect(throws: MetadataUnavailable.self) { try await body() }
        #expect(ContinuousClock.now - start < Self.limit)
        #expect(error?.service == "mongodb")
    }

    @Test func aServerThatIsNotThere() async throws {
        let database = try MongoDatabase(url: Secret("mongodb://127.0.0.1:\(try ClosedPort.number())/x"))
        await expectUnavailable { try await database.ping() }
        await expectUnavailable { try await database.collection("a").insertOne([:]) }
    }

    @Test func killedAndStartedAgain() async throws {
        let server = try await TestMongo.start()
        let database = try TestDatabase.make(on: server, options: .init())
        let things = database.collection("things")
        try await things.insertOne(["_id": 1])
        await server.kill()
        await expectUnavailable { try await things.insertOne(["_id": 2]) }
        await expectUnavailable { _ = try await things.find() }
        await expectUnavailable { _ = try await things.bulkWrite([.insertOne(["_id": 3])]) }
        // A burst costs no more than one call: all are given up together, none waits for those before it.
        await expectUnavailable {
            await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask { try await things.insertOne(["_id": .int(Int64(100 + number))]) }
                }
                while let result = await group.nextResult() {
                    #expect(throws: MetadataUnavailable.self) { try result.get() }
                }
            }
            try await database.ping()
        }
        try await server.restart()
        try await retry { try await things.insertOne(["_id": 4]) }
        #expect(try await things.find(sort: ["_id": 1]) == [["_id": 1], ["_id": 4]], "what was given up was not sent")
    }

    @Test func hangingAndGoingOn() async throws {
        let server = try await TestMongo.start()
        let database = try TestDatabase.make(on: server, options: .init())
        let things = database.collection("things")
        try await things.insertOne(["_id": 1])
        server.pause()
        for _ in 0..<3 { await expectUnavailable { _ = try await things.find() } }
        await expectUnavailable {
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { _ = try await things.find() } }
                while let result = await group.nextResult() {
                    #expect(throws: MetadataUnavailable.self) { try result.get() }
                }
            }
            try await database.ping()
        }
        server.resume()
        try await retry { _ = try await things.find() }
    }

    /// Calls until it works, as long as the failure is that the server is away; each call takes its time to fail.
    func retry(_ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        while true {
            do {
                return try await body()
            } catch let error as MetadataUnavailable {
                guard ContinuousClock.now - start < .seconds(10) else { throw error }
                await Task.yield()
            }
        }
    }
}
