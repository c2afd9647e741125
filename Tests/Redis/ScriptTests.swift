import HawserRedis
import HawserTestSupport
import Testing

/// Scripts by their digest.
@Suite struct ScriptTests {
    let add = RedisScript(name: "add", source: "return redis.call('INCRBY', KEYS[1], ARGV[1])")

    @Test func theDigestIsTheOneRedisComputes() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        #expect(try await redis.send(["SCRIPT", "LOAD", .string(add.source)]).string == add.digest)
    }

    @Test func aScriptIsLoadedOnceAndAgainAfterAFlush() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        #expect(try await redis.call(add, keys: ["n"], arguments: [2]).int == 2)
        let trips = redis.counters.roundTrips
        #expect(try await redis.call(add, keys: ["n"], arguments: [3]).int == 5)
        #expect(redis.counters.roundTrips == trips + 1)
        try await redis.send(["SCRIPT", "FLUSH"])
        #expect(try await redis.call(add, keys: ["n"], arguments: [4]).int == 9)
    }

    @Test func aNewConnectionBringsTheScripts() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        try await redis.call(add, keys: ["n"], arguments: [1])
        await server.kill()
        try await server.restart()
        let other = redis.dedicated()
        try await other.send(["PING"])
        #expect(try await other.send(["SCRIPT", "EXISTS", .string(add.digest)]) == .array([.integer(1)]))
    }

    @Test func manyCallersMeetAFlushTogether() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    if index % 50 == 0 { try await redis.send(["SCRIPT", "FLUSH"]) }
                    try await redis.call(add, keys: ["n"], arguments: [1])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await redis.send(["GET", "n"]).int == 200)
    }

    @Test func aFaultInAScriptSaysSo() async throws {
        let redis = try await TestRedis.shared.ownClient()
        let broken = RedisScript(name: "broken", source: "return nonsense(")
        let fault = await #expect(throws: RedisError.self) { try await redis.call(broken, keys: []) }
        #expect(fault?.description.contains("compiling") == true)
        let failing = RedisScript(name: "failing", source: "return redis.error_reply('FENCED too late')")
        let error = await #expect(throws: RedisError.self) { try await redis.call(failing, keys: []) }
        #expect(error?.code == "FENCED")
    }
}
