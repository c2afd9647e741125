import CMicrohttpd
import Foundation
public import HawserCore
import Synchronization

/// An HTTP/1.1 server.
///
/// Slow clients cost a connection, never a thread: sockets are served by a few threads of libmicrohttpd, and each
/// request's handler runs in a task that is cancelled when its client goes away. A client that closes only its sending
/// side counts as gone. A server that was started runs until `stop`.
public final class HTTPServer: Sendable {
    private struct Running {
        let daemon: Daemon
        let listening: Int32
    }

    /// libmicrohttpd's daemon.
    ///
    /// `@unchecked Sendable`: it is only used by `stop`, by one caller, as taking it out of `running` ensures.
    private struct Daemon: @unchecked Sendable {
        let pointer: OpaquePointer
        let logger: UnsafeMutablePointer<hawser_mhd_logger>
        let context: UnsafeMutableRawPointer
    }

    private static let stopping = BlockingPool(name: "http-stop", threads: 4)

    private let engine: Engine
    private let running = Mutex<Running?>(nil)

    /// A server that is not started yet.
    ///
    /// - Throws: `HTTPError.cannotListen` when the process has no more files to open.
    public init(options: Options, log: Log, handler: @escaping Handler) throws {
        engine = try Engine(options: options, log: log, handler: handler)
    }

    /// How many connections are open.
    public var connections: Int { engine.table.count }

    /// Starts to listen and serve, and returns the port.
    ///
    /// A server is started once.
    ///
    /// - Throws: `HTTPError.cannotListen`.
    public func start() throws -> UInt16 {
        ListeningSocket.raiseFileLimit()
        let options = engine.options
        let (listening, port) = try ListeningSocket.open(address: options.address, port: options.port)
        let context = Unmanaged.passRetained(engine).toOpaque()
        let logger = UnsafeMutablePointer<hawser_mhd_logger>.allocate(capacity: 1)
        logger.initialize(to: hawser_mhd_logger(write: Self.onLog, context: context))
        // Responses' headers are built in the same memory as the request's are read into. Each connection keeps it.
        let memory = options.headerLimit + 4096
        let daemon = hawser_mhd_start(
            listening,
            UInt32(max(1, options.threads)),
            UInt32(max(1, options.maxConnections)),
            memory,
            4096,
            logger,
            Self.onAccess,
            Self.onCompleted,
            Self.onConnection,
            Self.onTarget,
            Self.onUnescape,
            context
        )
        guard let daemon else {
            close(listening)
            logger.deallocate()
            Unmanaged<Engine>.fromOpaque(context).release()
            throw HTTPError.cannotListen("the server's threads could not be started")
        }
        engine.sweeper.start()
        running.withLock {
            $0 = Running(daemon: Daemon(pointer: daemon, logger: logger, context: context), listening: listening)
        }
        engine.log.info("listening", ["address": options.address, "port": port])
        return port
    }

    /// Stops: takes no more connections, lets running requests finish for so many seconds, then closes all.
    ///
    /// Handlers that still run then are cancelled; this does not wait for them.
    public func stop(grace seconds: Double) async {
        let taken = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let taken else { return }
        let engine = engine
        let deadline = ContinuousClock.now + .seconds(seconds)
        try? await Self.stopping.run { Self.halt(taken, engine, deadline) }
    }

    private static func halt(_ running: Running, _ engine: Engine, _ deadline: ContinuousClock.Instant) {
        // The socket stays open until the threads are gone, since they may still call accept; shut down, it refuses.
        MHD_quiesce_daemon(running.daemon.pointer)
        shutdown(running.listening, Int32(SHUT_RDWR))
        engine.table.stop()
        while true {
            let busy = engine.table.all.filter { $0.cutIfIdle() }
            if busy.isEmpty || ContinuousClock.now >= deadline { break }
            usleep(5000)
        }
        for connection in engine.table.all { connection.refuse() }
        MHD_stop_daemon(running.daemon.pointer)
        close(running.listening)
        engine.sweeper.stop()
        running.daemon.logger.deallocate()
        Unmanaged<Engine>.fromOpaque(running.daemon.context).release()
    }
}
