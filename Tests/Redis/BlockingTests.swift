import HawserRedis
import HawserTestSupport
import Testing

/// Commands that block, cancellation and the end of a client.
@Suite struct BlockingTests {
    @Test func aBlockedCallWakesUp() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        let blocking = redis.dedicated()
        async let popped = blocking.send(["BLPOP", "wake", 0], deadline: .never)
        try await untilBlocked(redis)
        // Others are not held up by it.
        #expect(try await redis.send(["PING"]) == .status("PONG"))
        try await redis.send(["LPUSH", "wake", "now"])
        #expect(try await popped.array?.last?.string == "now")
    }

    @Test func aBlockingCallMayTakeLongerThanTheStandardDeadline() async throws {
        let redis = try await TestRedis.shared.ownClient().dedicated()
        #expect(try await redis.send(["BLPOP", "none", 1], deadline: .within(.seconds(10))).isNull)
        #expect(redis.counters.reconnects == 0)
    }

    @Test func cancellingEndsTheWaitAndTheServersToo() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        let blocking = redis.dedicated()
        let task = Task { try await blocking.send(["BLPOP", "wake", 0], deadline: .never) }
        try await untilBlocked(redis)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // The connection was made again, so that the cancelled call can take nothing from the list any more.
        #expect(try await blocking.send(["PING"]) == .status("PONG"))
        try await redis.send(["LPUSH", "wake", "kept"])
        #expect(try await redis.send(["LLEN", "wake"]).int == 1)
    }

    @Test func cancellingOneCallerLeavesTheOthersAlone() async throws {
        let redis = try await TestRedis.shared.ownClient()
        try await redis.send(["PING"])
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<500 {
                group.addTask {
                    let task = Task { try await redis.send(["ECHO", .int(index)], deadline: .never).int }
                    if index % 3 == 0 { task.cancel() }
                    switch await task.result {
                    case .success(let value): return value != Int64(index)
                    case .failure(let error): return !(index % 3 == 0 && error is CancellationError)
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wrong == 0)
        #expect(redis.counters.reconnects == 0)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let redis = try await TestRedis.shared.ownClient()
        try await redis.send(["PING"])
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await redis.send(["SET", "late", 1])
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await redis.send(["EXISTS", "late"]).int == 0)
    }

    @Test func closingEndsEveryCall() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        let blocking = redis.dedicated()
        let blocked = Task { try await blocking.send(["BLPOP", "wake", 0], deadline: .never) }
        try await untilBlocked(redis)
        blocking.close()
        await #expect(throws: RedisError.closed) { try await blocked.value }
        await #expect(throws: RedisError.closed) { try await blocking.send(["PING"]) }
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }

    @Test func theLastReferenceEndsTheConnection() async throws {
        let server = try await TestRedis.start()
        let redis = try server.client()
        let before = try await connections(redis)
        do {
            let other = redis.dedicated()
            try await other.send(["PING"])
            #expect(try await connections(redis) == before + 1)
        }
        while try await connections(redis) > before { await Task.yield() }
    }

    private func connections(_ redis: RedisClient) async throws -> Int {
        try await redis.send(["CLIENT", "LIST"]).string?.split(separator: "\n").count ?? 0
    }
}
