import Foundation
import HawserCore

/// The Redis of a dev.
///
/// It brings each change to the disk before it replies (changes of one moment together): what was accepted survives a
/// killed Redis and a power cut. `everysec` would not do: while a flush is under way it puts off handing changes to the
/// kernel for up to two seconds, and replies all the same (aof.c, flushAppendOnlyFile). It evicts nothing and listens on
/// loopback only.
struct DevRedis: Sendable {
    let directory: DataDirectory
    let port: UInt16
    let password: Secret
    let program: String

    /// Where it is, password included.
    var url: String { "redis://default:\(password.revealed)@127.0.0.1:\(port)" }

    /// Starts it.
    func start() async throws -> ChildProcess {
        // The password is in a file only its owner reads; arguments are for everybody to see.
        let file = "\(directory.redis)/redis.conf"
        let text = """
            bind 127.0.0.1
            port \(port)
            dir "\(directory.redis.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))"
            requirepass \(password.revealed)
            appendonly yes
            appendfsync always
            save ""
            maxmemory-policy noeviction
            daemonize no

            """
        try directory.write(text, to: file)
        return try await ChildProcess.spawn(program, [file], output: .file(directory.log(of: "redis")))
    }

    /// Whether it answers and has read its data.
    func isReady() async -> Bool {
        let address = ListenAddress(host: "127.0.0.1", port: port)
        return await Probe.ask(address, "AUTH \(password.revealed)\r\nPING\r\n", expecting: "+PONG")
    }
}
