public import HawserRedis
import Synchronization

/// A real redis-server of the tests' own, on a free port and a socket in a temporary directory.
public final class TestRedis: TestServer {
    private static let ready = "eady to accept connections"
    private static let sharedStart = Task { try await TestRedis.start() }
    private static let databases = 256

    /// One server for the whole test process, started by its first user; take a database of it with `ownURL`.
    public static var shared: TestRedis {
        get async throws { try await sharedStart.value }
    }

    /// Its process, and how to start that again.
    public let instance: ServerInstance
    private let lastDatabase = Atomic<Int>(0)

    private init(_ instance: ServerInstance) {
        self.instance = instance
    }

    /// Starts a server; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Parameters:
    ///   - appendOnly: whether it keeps every write on disk (`appendfsync always`), so that a kill loses none.
    ///   - arguments: more of redis-server's arguments.
    /// - Returns: the running server.
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    public static func start(appendOnly: Bool = false, arguments: [String] = []) async throws -> TestRedis {
        let instance = try await ServerInstance.start("redis", ready: ready) { port, directory in
            var all = [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1",
                "--unixsocket", directory.file("redis.sock"), "--dir", directory.path, "--save", "",
                "--databases", "\(databases)", "--maxmemory-policy", "noeviction",
                "--appendonly", appendOnly ? "yes" : "no",
            ]
            if appendOnly { all += ["--appendfsync", "always"] }
            return all + arguments
        }
        return TestRedis(instance)
    }

    /// The URL of its first database.
    public var url: String { "redis://127.0.0.1:\(port)/0" }

    /// The URL of its socket.
    public var unixURL: String { "unix://\(directory.file("redis.sock"))" }

    /// The URL of a database that nobody else was given.
    ///
    /// - Throws: `ServerError` when all are given.
    public func ownURL() throws -> String {
        let number = lastDatabase.add(1, ordering: .relaxed).newValue
        guard number < Self.databases else { throw ServerError(description: "all databases are taken") }
        return "redis://127.0.0.1:\(port)/\(number)"
    }

    /// A client of a database that nobody else was given.
    public func ownClient(options: RedisOptions = RedisOptions()) throws -> RedisClient {
        try RedisClient(url: ownURL(), options: options)
    }

    /// A client of its first database.
    public func client(options: RedisOptions = RedisOptions()) throws -> RedisClient {
        try RedisClient(url: url, options: options)
    }
}
