import Foundation
import Synchronization

/// A real server of the tests' own that can be killed, started again and paused.
public protocol TestServer: Sendable {
    /// Its process, and how to start that again.
    var instance: ServerInstance { get }
}

extension TestServer {
    /// Its port on 127.0.0.1.
    public var port: UInt16 { instance.port }

    /// Its temporary directory.
    public var directory: TestDirectory { instance.directory }

    /// The server's process id.
    public var pid: Int32 { instance.process.withLock { $0.pid } }

    /// Ends the server in order (TERM) and waits for it.
    public func stop() async { await instance.end(SIGTERM) }

    /// Kills the server (KILL) and waits for its end.
    public func kill() async { await instance.end(SIGKILL) }

    /// Starts the server again, on the same port and with the same data, after `stop` or `kill`; waits until it is of use.
    ///
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    public func restart() async throws { try await instance.restart() }

    /// Stops the server in its tracks (SIGSTOP): connections stay open, nothing answers.
    public func pause() { instance.process.withLock { $0.signal(SIGSTOP) } }

    /// Lets a paused server go on.
    public func resume() { instance.process.withLock { $0.signal(SIGCONT) } }
}

/// The process of a test server, with its port and its directory.
public final class ServerInstance: Sendable {
    /// They live until they are stopped: a test's last use of the variable is often before its last command.
    private static let running = Mutex<[Int32: ServerInstance]>([:])

    let port: UInt16
    let directory: TestDirectory
    let process: Mutex<ServerProcess>
    private let command: [String]
    private let ready: String

    private init(_ process: ServerProcess, port: UInt16, directory: TestDirectory, command: [String], ready: String) {
        self.port = port
        self.directory = directory
        self.process = Mutex(process)
        self.command = command
        self.ready = ready
    }

    /// Starts a server on a free port; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Parameters:
    ///   - name: what its directory is called.
    ///   - ready: the text in its output after which it is of use.
    ///   - listening: the text after which it can be prepared, when it has to be.
    ///   - command: its program and arguments.
    ///   - prepare: what a fresh server needs before it gets ready.
    /// - Returns: the server, ready.
    /// - Throws: `ServerError` with the server's last lines when it does not come up.
    static func start(
        _ name: String,
        ready: String,
        listening: String? = nil,
        command: (UInt16, TestDirectory) -> [String],
        prepare: (UInt16) throws -> Void = { _ in }
    ) async throws -> ServerInstance {
        let directory = try TestDirectory(name)
        var attempt = 0
        while true {
            attempt += 1
            let port = try FreePort.find()
            let words = command(port, directory)
            do {
                let process = try await ServerProcess.start(words, markers: [ready, listening ?? ready])
                try await process.wait(for: listening ?? ready)
                try prepare(port)
                try await process.wait(for: ready)
                let instance = ServerInstance(process, port: port, directory: directory, command: words, ready: ready)
                running.withLock { $0[process.pid] = instance }
                return instance
            } catch  where attempt < 3 {
                // Somebody else took the port in between.
                continue
            }
        }
    }

    func restart() async throws {
        let process = try await ServerProcess.start(command, markers: [ready])
        try await process.wait(for: ready)
        self.process.withLock { $0 = process }
        Self.running.withLock { $0[process.pid] = self }
    }

    func end(_ signal: Int32) async {
        let process = process.withLock { $0 }
        process.signal(signal)
        await process.waitForExit()
        Self.running.withLock { $0[process.pid] = nil }
    }
}
