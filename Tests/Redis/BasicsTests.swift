import HawserRedis
import HawserTestSupport
import Testing

@Suite struct BasicsTests {
    @Test func repliesOfEveryKind() async throws {
        let redis = try await TestRedis.shared.ownClient()
        #expect(try await redis.send(["SET", "a", "1"]) == .status("OK"))
        #expect(try await redis.send(["INCRBY", "a", 41]).int == 42)
        #expect(try await redis.send(["GET", "a"]).string == "42")
        #expect(try await redis.send(["GET", "a"]).int == 42)
        #expect(try await redis.send(["GET", "none"]).isNull)
        #expect(try await redis.send(["EVAL", "return {1,{2,{'x',{}}},false}", 0])
            == .array([.integer(1), .array([.integer(2), .array([.bytes([120]), .array([])])]), .null]))
    }
}
