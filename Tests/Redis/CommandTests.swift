import Foundation
import HawserCore
import HawserRedis
import HawserTestSupport
import Testing

/// Commands and replies while nothing goes wrong.
@Suite struct CommandTests {
    @Test func repliesOfEveryKind() async throws {
        let redis = try await TestRedis.shared.ownClient()
        #expect(try await redis.send(["SET", "a", "1"]) == .status("OK"))
        #expect(try await redis.send(["INCRBY", "a", 41]).int == 42)
        #expect(try await redis.send(["GET", "a"]).string == "42")
        #expect(try await redis.send(["GET", "a"]).int == 42)
        #expect(try await redis.send(["GET", "none"]).isNull)
        #expect(try await redis.send(["BLPOP", "none", "0.01"]).isNull)
        let nested = try await redis.send(["EVAL", "return {1,{2,{'x',{}}},false,{}}", 0])
        let inner = RedisValue.array([.integer(2), .array([.bytes([120]), .array([])])])
        #expect(nested == .array([.integer(1), inner, .null, .array([])]))
    }

    @Test func integersAtTheirLimits() async throws {
        let redis = try await TestRedis.shared.ownClient()
        for value in [Int64.min, -1, 0, Int64.max] {
            try await redis.send(["SET", "n", .int(value)])
            #expect(try await redis.send(["GET", "n"]).int == value)
            #expect(try await redis.send(["INCRBY", "n", 0]) == .integer(value))
        }
        #expect(RedisValue.bytes(Array("9223372036854775808".utf8)).int == nil)
        #expect(RedisValue.bytes(Array("-".utf8)).int == nil)
        #expect(RedisValue.bytes([]).int == nil)
    }

    @Test func everyByteAndTheEmptyValueComeBack() async throws {
        let redis = try await TestRedis.shared.ownClient()
        let all = [UInt8](0...255) + Array("\r\n$-1\r\n".utf8)
        try await redis.send(["MSET", .bytes(all), .data(Data(all)), "empty", ""])
        #expect(try await redis.send(["GET", .bytes(all)]) == .bytes(all))
        #expect(try await redis.send(["GET", "empty"]) == .bytes([]))
        #expect(RedisValue.bytes([0xFF]).string == nil)
    }

    @Test func sixtyFourMebibytesGoAndCome() async throws {
        let redis = try await TestRedis.shared.ownClient()
        var large = [UInt8](repeating: 7, count: 64 << 20)
        for index in stride(from: 0, to: large.count, by: 4093) { large[index] = UInt8(truncatingIfNeeded: index) }
        let deadline = RedisDeadline.within(.seconds(30))
        try await redis.send(["SET", "large", .bytes(large)], deadline: deadline)
        // A small command behind the large one keeps its place.
        async let small = redis.send(["ECHO", "after"], deadline: deadline)
        let back = try await redis.send(["GET", "large"], deadline: deadline).bytes
        #expect(back == large)
        #expect(try await small.string == "after")
    }

    @Test func thousandConcurrentCallersGetTheirOwnReplies() async throws {
        let redis = try await TestRedis.shared.ownClient()
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<1000 {
                group.addTask {
                    var wrong = 0
                    for turn in 0..<10 {
                        let text = "\(caller).\(turn)" + String(repeating: "x", count: caller % 97 * 10)
                        if try await redis.send(["ECHO", .string(text)], deadline: .never).string != text {
                            wrong += 1
                        }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        #expect(redis.counters.commands == 10_000)
        #expect(redis.counters.roundTrips == 10_000)
        #expect(redis.counters.reconnects == 0)
    }

    @Test func aPipelineAnswersInOrderAndGoesInOneWrite() async throws {
        let redis = try await TestRedis.shared.ownClient()
        let replies = try await redis.pipeline((0..<5000).map { ["ECHO", .int($0)] } + [["NONSENSE"], ["PING"]])
        #expect(replies.prefix(5000).map(\.int) == (0..<5000).map { Int64($0) })
        #expect(throws: RedisError.self) { try replies[5000].checked() }
        #expect(replies[5001] == .status("PONG"))
        #expect(redis.counters.roundTrips == 1)
        #expect(redis.counters.commands == 5002)
        #expect(try await redis.pipeline([]).isEmpty)
    }

    @Test func errorsCarryTheirCode() async throws {
        let redis = try await TestRedis.shared.ownClient()
        try await redis.send(["LPUSH", "list", "a"])
        let error = await #expect(throws: RedisError.self) { try await redis.send(["INCR", "list"]) }
        #expect(error?.code == "WRONGTYPE")
        await #expect(throws: RedisError.self) { try await redis.send([]) }
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }

    @Test func transactionsAreAllOrNothing() async throws {
        let redis = try await TestRedis.shared.ownClient()
        #expect(try await redis.transaction([["SET", "t", 1], ["INCR", "t"]]) == [.status("OK"), .integer(2)])
        let refused = await #expect(throws: RedisError.self) {
            try await redis.transaction([["SET", "t", 9], ["NONSENSE"]])
        }
        #expect(refused?.description.contains("NONSENSE") == true)
        #expect(try await redis.send(["GET", "t"]).int == 2)
        let failed = await #expect(throws: RedisError.self) {
            try await redis.transaction([["LPUSH", "t", 1], ["INCR", "t"]])
        }
        #expect(failed?.code == "WRONGTYPE")
        let other = redis.dedicated()
        try await redis.send(["WATCH", "t"])
        try await other.send(["SET", "t", "changed"])
        await #expect(throws: RedisError.transactionAborted) { try await redis.transaction([["SET", "t", 0]]) }
    }

    @Test func databasesAreSelected() async throws {
        let shared = try await TestRedis.shared
        let (one, two) = (try shared.ownClient(), try shared.ownClient())
        try await one.send(["SET", "where", "one"])
        #expect(try await two.send(["GET", "where"]).isNull)
        let again = try RedisClient(address: one.address)
        #expect(try await again.send(["GET", "where"]).string == "one")
    }

    @Test func aSocketInTheFileSystemServes() async throws {
        let redis = try await RedisClient(url: TestRedis.shared.unixURL)
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }

    @Test func theClientIsNamed() async throws {
        let redis = try await TestRedis.shared.ownClient()
        #expect(try await redis.send(["CLIENT", "GETNAME"]).string == "hawser")
    }

    @Test func aHostNameIsResolved() async throws {
        let port = try await TestRedis.shared.port
        var options = RedisOptions()
        options.connectWait = .seconds(10)
        let redis = try RedisClient(url: "redis://localhost:\(port)", options: options)
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }
}
