import Foundation
import Synchronization

/// A real mongod of the tests' own: a replica set of one, on a free port.
public final class TestMongo: Sendable {
    private static let ready = "\"Waiting for connections\""
    private static let primary = "\"Transition to primary complete"
    private static let sharedStart = Task { try await TestMongo.start() }

    /// One server for the whole test process, started by its first user; use a database name of your own.
    public static var shared: TestMongo {
        get async throws { try await sharedStart.value }
    }

    /// Its port on 127.0.0.1.
    public let port: UInt16
    /// Its temporary directory.
    public let directory: TestDirectory
    private let command: [String]
    private let process: Mutex<ServerProcess>
    /// Servers live until they are stopped: a test's last use of the variable is often before its last command.
    private static let running = Mutex<[Int32: TestMongo]>([:])

    private init(port: UInt16, directory: TestDirectory, command: [String], process: ServerProcess) {
        self.port = port
        self.directory = directory
        self.command = command
        self.process = Mutex(process)
    }

    /// Starts a server and waits until it is the primary of its replica set; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Parameter arguments: more of mongod's arguments.
    /// - Returns: the running server.
    /// - Throws: `ServerError` when there is no mongod, or with its last lines when it does not come up.
    public static func start(arguments: [String] = []) async throws -> TestMongo {
        let program = try await MongoProgram.path
        let directory = try TestDirectory("mongo")
        var attempt = 0
        while true {
            attempt += 1
            let port = try FreePort.find()
            let command =
                [
                    program, "--port", "\(port)", "--bind_ip", "127.0.0.1", "--unixSocketPrefix", directory.path,
                    "--dbpath", directory.path, "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25",
                    "--oplogSize", "64", "--setParameter", "diagnosticDataCollectionEnabled=false",
                ] + arguments
            do {
                let process = try await launch(command, waitingFor: ready)
                try ReplicaSet.initiate(port: port)
                try await process.wait(for: primary)
                let server = TestMongo(port: port, directory: directory, command: command, process: process)
                running.withLock { $0[process.pid] = server }
                return server
            } catch  where attempt < 3 {
                continue
            }
        }
    }

    private static func launch(_ command: [String], waitingFor marker: String) async throws -> ServerProcess {
        let process = try await ServerProcess.start(command, markers: [ready, primary])
        try await process.wait(for: marker)
        return process
    }

    /// Its URL, without a database.
    public var url: String { "mongodb://127.0.0.1:\(port)/?replicaSet=rs0" }

    /// The server's process id.
    public var pid: Int32 { process.withLock { $0.pid } }

    /// Ends the server in order (TERM) and waits for it.
    public func stop() async { await end(SIGTERM) }

    /// Kills the server (KILL) and waits for its end.
    public func kill() async { await end(SIGKILL) }

    /// Starts the server again with the same data, after `stop` or `kill`, and waits until it takes writes.
    ///
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    public func restart() async throws {
        let process = try await Self.launch(command, waitingFor: Self.primary)
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
