import HawserCore
import HawserRedis
import HawserTestSupport
import Synchronization
import Testing

/// What callers see while Redis is down, hung, refusing, and when it comes back.
@Suite struct OutageTests {
    /// The longest a caller may be kept in an outage.
    ///
    /// `RedisOptions`' defaults promise a second. What is tested is that nobody hangs: a machine that is busy with other
    /// tests adds its own delays, and ops/chaos/outages measures the real ones.
    static let limit = Duration.seconds(4)

    @Test func aHungServerIsAnErrorWithinASecondAndServesAgainAfterwards() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        try await redis.send(["SET", "a", 1])
        server.pause()
        let first = try await outage(of: redis)
        #expect(first.error.reason == .timeout)
        #expect(first.error.isOutcomeUnknown)
        #expect(first.time < Self.limit)
        // The system still accepts connections for the hung server; they must not look alive.
        let second = try await outage(of: redis)
        #expect(second.error.reason == .notConnected)
        #expect(second.time < Self.limit)
        server.resume()
        #expect(try await untilItServes(redis).int == 1)
        #expect(redis.counters.reconnects == 1)
    }

    @Test func callsBesideATimedOutOneAreLostWithTheConnection() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        try await redis.send(["PING"])
        server.pause()
        let patient = Task { try await redis.send(["PING"], deadline: .never) }
        async let hasty = outage(of: redis)
        #expect(try await hasty.error.reason == .timeout)
        let error = await #expect(throws: RedisUnavailable.self) { try await patient.value }
        #expect(error?.reason == .connectionLost)
    }

    @Test func aKilledServerIsAnErrorWithinASecondAndServesAgainAfterwards() async throws {
        let server = try await TestRedis.start(appendOnly: true)
        let redis = try server.client()
        let reconnected = Signal()
        redis.onReconnect { reconnected.fire() }
        try await redis.send(["SET", "a", 1])
        let blocked = redis.dedicated()
        try await blocked.send(["PING"])
        let lost = Task { try await blocked.send(["BLPOP", "never", 0], deadline: .never) }
        try await untilBlocked(redis)
        await server.kill()
        let error = await #expect(throws: RedisUnavailable.self) { try await lost.value }
        #expect(error?.reason == .connectionLost)
        let down = try await outage(of: redis)
        #expect(down.time < Self.limit)
        #expect(down.error.service == "redis")
        try await server.restart()
        await reconnected.wait()
        #expect(try await untilItServes(redis).int == 1)
    }

    @Test func callsMadeDuringAShortOutageWaitForItsEnd() async throws {
        let server = try await TestRedis.start(appendOnly: true)
        var options = RedisOptions()
        options.connectWait = .seconds(20)
        options.commandTimeout = .seconds(20)
        let redis = try server.client(options: options)
        try await redis.send(["SET", "a", 5])
        await server.kill()
        async let early = redis.send(["INCR", "a"])
        try await server.restart()
        // The call met either the end of the old connection or the wait for the new one.
        do {
            #expect(try await early.int == 6)
        } catch let error as RedisUnavailable {
            #expect(error.reason == .connectionLost)
        }
    }

    @Test func nobodyListening() async throws {
        let redis = try RedisClient(url: "redis://127.0.0.1:\(try ClosedPort.number())")
        let down = try await outage(of: redis)
        #expect(down.error.reason == .notConnected)
        #expect(down.error.cause.contains("refused"))
        #expect(down.time < Self.limit)
    }

    @Test func anUnknownHost() async throws {
        let redis = try RedisClient(url: "redis://no-such-host.invalid")
        #expect(try await outage(of: redis).time < Self.limit)
    }

    @Test func aWrongPasswordIsSaidAtOnceAndNeverShown() async throws {
        let server = try await TestRedis.start(arguments: ["--requirepass", "right"])
        let right = try RedisClient(url: "redis://:right@127.0.0.1:\(server.port)")
        #expect(try await right.send(["PING"]) == .status("PONG"))
        let wrong = try RedisClient(url: "redis://:wr0ng-secret@127.0.0.1:\(server.port)")
        let error = await #expect(throws: RedisError.self) { try await wrong.send(["PING"]) }
        #expect(error?.code == "WRONGPASS")
        #expect(!String(describing: error).contains("wr0ng"))
        let none = try server.client()
        let missing = await #expect(throws: RedisError.self) { try await none.send(["PING"]) }
        #expect(missing?.code == "NOAUTH")
    }

    @Test func aDatabaseThatDoesNotExistIsSaid() async throws {
        let port = try await TestRedis.shared.port
        let redis = try RedisClient(url: "redis://127.0.0.1:\(port)/99999")
        let error = await #expect(throws: RedisError.self) { try await redis.send(["PING"]) }
        #expect(error?.code == "ERR")
    }

    @Test func outOfMemoryAndReadOnlyCountAsUnavailable() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        try await redis.send(["CONFIG", "SET", "maxmemory", 1])
        let full = await #expect(throws: RedisUnavailable.self) { try await redis.send(["SET", "a", 1]) }
        #expect(full?.reason == .refused)
        #expect(full?.cause.hasPrefix("OOM") == true)
        try await redis.send(["CONFIG", "SET", "maxmemory", 0])
        try await redis.send(["REPLICAOF", "127.0.0.1", .int(Int(ClosedPort.number()))])
        let replica = await #expect(throws: RedisUnavailable.self) { try await redis.send(["SET", "a", 1]) }
        #expect(replica?.cause.hasPrefix("READONLY") == true)
        #expect(replica?.isOutcomeUnknown == false)
    }

    /// How a command fails, and how long that takes.
    private func outage(of redis: RedisClient) async throws -> (error: RedisUnavailable, time: Duration) {
        var caught: RedisUnavailable?
        let time = await ContinuousClock().measure {
            caught = await #expect(throws: RedisUnavailable.self) { try await redis.send(["PING"]) }
        }
        return (try #require(caught), time)
    }

    /// The value of `a` as soon as there is an answer; bounded by the test's own limit of time.
    private func untilItServes(_ redis: RedisClient) async throws -> RedisValue {
        while true {
            do { return try await redis.send(["GET", "a"]) } catch is RedisUnavailable { continue }
        }
    }
}
