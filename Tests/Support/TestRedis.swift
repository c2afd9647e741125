import Foundation
public import HawserRedis
import Synchronization

/// A real redis-server of the tests' own, on a free port and a socket in a temporary directory.
public final class TestRedis: Sendable {
    private static let ready = "eady to accept connections"
    private static let sharedStart = Task { try await TestRedis.start() }
    private static let databases = 256

    /// One server for the whole test process, started by its first user; take a database of it with `ownURL`.
    public static var shared: TestRedis {
        get async throws { try await sharedStart.value }
    }

    /// Its port on 127.0.0.1.
    public let port: UInt16
    /// Its temporary directory.
    public let directory: TestDirectory
    private let arguments: [String]
    private let process: Mutex<ServerProcess>
    /// Servers live until they are stopped: a test's last use of the variable is often before its last command.
    private static let running = Mutex<[Int32: TestRedis]>([:])
    private let lastDatabase = Atomic<Int>(0)

    private init(port: UInt16, directory: TestDirectory, arguments: [String], process: ServerProcess) {
        self.port = port
        self.directory = directory
        self.arguments = arguments
        self.process = Mutex(process)
    }

    /// Starts a server; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Parameters:
    ///   - appendOnly: whether it keeps every write on disk (`appendfsync always`), so that a kill loses none.
    ///   - arguments: more of redis-server's arguments.
    /// - Returns: the running server.
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    public static func start(appendOnly: Bool = false, arguments: [String] = []) async throws -> TestRedis {
        let directory = try TestDirectory("redis")
        var attempt = 0
        while true {
            attempt += 1
            let port = try FreePort.find()
            var all = [
                "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", directory.file("redis.sock"),
                "--dir", directory.path, "--save", "", "--databases", "\(databases)",
                "--maxmemory-policy", "noeviction", "--appendonly", appendOnly ? "yes" : "no",
            ]
            if appendOnly { all += ["--appendfsync", "always"] }
            all += arguments
            do {
                let process = try await launch(all)
                let server = TestRedis(port: port, directory: directory, arguments: all, process: process)
                running.withLock { $0[process.pid] = server }
                return server
            } catch  where attempt < 3 {
                // Somebody else took the port in between.
                continue
            }
        }
    }

    private static func launch(_ arguments: [String]) async throws -> ServerProcess {
        let process = try await ServerProcess.start(["redis-server"] + arguments, markers: [ready])
        try await process.wait(for: ready)
        return process
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

    /// The server's process id.
    public var pid: Int32 { process.withLock { $0.pid } }

    /// Ends the server in order (TERM) and waits for it.
    public func stop() async { await end(SIGTERM) }

    /// Kills the server (KILL) and waits for its end.
    public func kill() async { await end(SIGKILL) }

    /// Starts the server again, on the same port and with the same directory, after `stop` or `kill`.
    ///
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    public func restart() async throws {
        let process = try await Self.launch(arguments)
        self.process.withLock { $0 = process }
        Self.running.withLock { $0[process.pid] = self }
    }

    /// Stops the server in its tracks (SIGSTOP): connections stay open, nothing answers.
    public func pause() { process.withLock { $0.signal(SIGSTOP) } }

    /// Lets a paused server go on.
    public func resume() { process.withLock { $0.signal(SIGCONT) } }

    private func end(_ signal: Int32) async {
        let process = process.withLock { $0 }
        process.signal(signal)
        await process.waitForExit()
        Self.running.withLock { $0[process.pid] = nil }
    }
}
