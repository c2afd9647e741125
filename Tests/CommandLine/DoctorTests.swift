import Foundation
import HawserCore
import HawserTestSupport
import Testing

@Suite("hawser doctor")
struct DoctorTests {
    private func run(redis: String, mongo: String, data: String) async throws -> CommandOutcome {
        try await Program.run(
            ["doctor"],
            ["HAWSER_REDIS_URL": redis, "HAWSER_MONGO_URL": mongo, "HAWSER_DATA": data]
        )
    }

    @Test("servers that will do pass; an append-only file that is off is a warning")
    func fit() async throws {
        let redis = try await TestRedis.shared
        let mongo = try await TestMongo.shared
        let directory = try TestDirectory("doctor")
        let outcome = try await run(
            redis: "redis://127.0.0.1:\(redis.port)",
            mongo: "mongodb://127.0.0.1:\(mongo.port)/doctor?directConnection=true",
            data: directory.path
        )
        #expect(outcome.exit == .code(0), "\(outcome)")
        #expect(!outcome.output.contains("fail"))
        #expect(outcome.output.contains("ok   redis     maxmemory-policy is noeviction"))
        #expect(outcome.output.contains("warn redis     the append-only file is off"))
        #expect(outcome.output.contains("ok   mongodb"))
        #expect(outcome.output.contains("ok   data      \(directory.path)"))
    }

    @Test("a MongoDB that keeps for a minute what a dead process held is a warning")
    func slowToLetGo() async throws {
        let mongo = try await TestMongo.start(transactionSeconds: 60)
        let outcome = try await run(
            redis: "redis://127.0.0.1:\(try await TestRedis.shared.port)",
            mongo: "mongodb://127.0.0.1:\(mongo.port)/doctor?directConnection=true",
            data: try TestDirectory("doctor").path
        )
        #expect(outcome.exit == .code(0), "\(outcome)")
        #expect(outcome.output.contains("warn mongodb   transactionLifetimeLimitSeconds is 60"))
        await mongo.stop()
    }

    @Test("a Redis that evicts, a MongoDB that is not there and a directory that cannot be written fail")
    func unfit() async throws {
        let redis = try await TestRedis.start(arguments: ["--maxmemory-policy", "allkeys-lru"])
        let outcome = try await run(
            redis: "redis://127.0.0.1:\(redis.port)",
            mongo: "mongodb://user:hidden@127.0.0.1:1/doctor",
            data: "/proc"
        )
        #expect(outcome.exit == .code(1))
        #expect(outcome.output.contains("fail redis     maxmemory-policy is allkeys-lru"))
        #expect(outcome.output.contains("fail mongodb"))
        #expect(outcome.output.contains("fail data      /proc cannot be written"))
        #expect(!outcome.output.contains("hidden"))
        await redis.stop()
    }
}
