import HawserCore
import HawserRedis
import Testing

/// URLs of every form, and none that shows its password.
@Suite struct AddressTests {
    @Test func everyForm() throws {
        let full = try RedisAddress(url: "rediss://me:p%40ss%3A@[::1]:6380/7?ca=/etc/ca.pem")
        #expect(full.endpoint == .tcp(host: "::1", port: 6380))
        #expect(full.usesTLS)
        #expect(full.user == "me")
        #expect(full.password == Secret("p@ss:"))
        #expect(full.database == 7)
        #expect(full.certificateAuthority == "/etc/ca.pem")
        #expect(full.description == "rediss://[::1]:6380/7")
        let short = try RedisAddress(url: "redis://localhost")
        #expect(short.endpoint == .tcp(host: "localhost", port: 6379))
        #expect(short.password == nil)
        let unix = try RedisAddress(url: "unix:///run/redis.sock?db=3")
        #expect(unix.endpoint == .unix(path: "/run/redis.sock"))
        #expect(unix.database == 3)
    }

    @Test(arguments: [
        "", "localhost:6379", "http://localhost", "redis://h:s3cret@:x/1", "redis://:s3cret@h/one", "unix://",
        "redis://h/-1", "redis://:s3cret@h:70000", "redis://h?database=s3cret",
    ])
    func whatIsNoAddressIsRefusedWithoutItsSecret(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisAddress(url: url) }
        #expect(!String(describing: error).contains("s3cret"))
    }
}
