import Foundation
import Synchronization

/// A connection to Redis that many tasks share: their commands go out as they come, in one pipeline.
///
/// It connects in the background and again whenever it is lost. Blocking commands want a connection of their own
/// (`dedicated`), because replies come in order. The connection ends with the last reference, or with `close`.
public final class RedisClient: Sendable {
    private let connection: RedisConnection

    /// A client of the Redis at a URL (see `RedisAddress`); connecting goes on after this returns.
    ///
    /// - Throws: `RedisError.badURL`; `RedisError.tls` when the certificates to trust cannot be read.
    public convenience init(url: String, options: RedisOptions = RedisOptions()) throws {
        try self.init(address: RedisAddress(url: url), options: options)
    }

    /// A client of the Redis at an address; connecting goes on after this returns.
    ///
    /// - Throws: `RedisError.tls` when the certificates to trust cannot be read.
    public init(address: RedisAddress, options: RedisOptions = RedisOptions()) throws {
        guard let loop = RedisLoop.shared else {
            throw RedisError.misuse("the system gives no epoll instance: too many open files?")
        }
        var tls: TLSContext?
        if address.usesTLS, case .tcp(let host, _) = address.endpoint {
            tls = try TLSContext(host: host, certificateAuthority: address.certificateAuthority)
        }
        connection = RedisConnection(
            address: address,
            options: options,
            scripts: ScriptBook(),
            counters: RunningCounters(),
            loop: loop,
            tls: tls,
            isDedicated: false
        )
        connection.connect()
    }

    private init(besides other: RedisConnection) {
        connection = RedisConnection(
            address: other.address,
            options: other.options,
            scripts: other.scripts,
            counters: other.counters,
            loop: other.loop,
            tls: other.tls,
            isDedicated: true
        )
        connection.connect()
    }

    deinit {
        connection.close()
    }

    /// Where this client's Redis is.
    public var address: RedisAddress { connection.address }

    /// What this client and its dedicated connections have done.
    public var counters: RedisCounters { connection.counters.snapshot }

    /// A further connection to the same Redis, for commands that block.
    ///
    /// Cancelling a call on it drops and remakes the connection, so that Redis forgets the command.
    public func dedicated() -> RedisClient {
        RedisClient(besides: connection)
    }

    /// Has something run each time the connection was lost and made again; keep it short, it runs on the I/O thread.
    public func onReconnect(_ hook: @escaping @Sendable () -> Void) {
        connection.state.withLock { $0.hooks.append(hook) }
    }

    /// Ends the connection; calls that wait, and later ones, fail with `RedisError.closed`.
    public func close() {
        connection.close()
    }

    /// Sends one command and waits for its reply.
    ///
    /// - Throws: `RedisError.server` for an error reply, `RedisUnavailable` when Redis does not serve now,
    ///   `CancellationError` when the task was cancelled (the command may have been executed).
    @discardableResult
    public func send(_ command: [RedisArgument], deadline: RedisDeadline = .standard) async throws -> RedisValue {
        var encoder = RedisEncoder(capacity: RedisEncoder.size(command))
        encoder.append(command)
        guard !command.isEmpty else { throw RedisError.misuse("a command of no words") }
        return try await perform(encoder, deadline).first?.checked() ?? .null
    }

    /// Sends commands in one write and answers their replies in order; an error reply is an `.error` among them.
    ///
    /// Other callers' commands may be executed between them. Check each reply, or use `transaction`.
    ///
    /// - Throws: `RedisUnavailable` when Redis does not serve now, `CancellationError` when the task was cancelled.
    public func pipeline(
        _ commands: [[RedisArgument]],
        deadline: RedisDeadline = .standard
    ) async throws -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        guard !commands.contains(where: \.isEmpty) else { throw RedisError.misuse("a command of no words") }
        var encoder = RedisEncoder(capacity: commands.reduce(0) { $0 + RedisEncoder.size($1) })
        for command in commands { encoder.append(command) }
        return try await perform(encoder, deadline)
    }

    /// Runs a script by its digest; a server that does not know it is told the script and asked again, once.
    ///
    /// - Throws: as `send`.
    @discardableResult
    public func call(
        _ script: RedisScript,
        keys: [String],
        arguments: [RedisArgument] = [],
        deadline: RedisDeadline = .standard
    ) async throws -> RedisValue {
        connection.scripts.add(script)
        let size = 96 + RedisEncoder.size(arguments) + keys.reduce(0) { $0 + $1.utf8.count + 16 }
        func evaluate(_ encoder: inout RedisEncoder) {
            encoder.begin(3 + keys.count + arguments.count)
            encoder.append("EVALSHA")
            encoder.append(script.digest)
            encoder.append(.int(keys.count))
            for key in keys { encoder.append(key) }
            for argument in arguments { encoder.append(argument) }
        }
        var encoder = RedisEncoder(capacity: size)
        evaluate(&encoder)
        let reply = try await perform(encoder, deadline).first ?? .null
        guard case .error(let message) = reply, RedisError.code(of: message) == "NOSCRIPT" else {
            return try reply.checked()
        }
        var again = RedisEncoder(capacity: size + script.source.utf8.count + 64)
        again.append(["SCRIPT", "LOAD", .string(script.source)])
        evaluate(&again)
        let replies = try await perform(again, deadline)
        // Loading says best what is wrong with a script; without it the second reply could only repeat NOSCRIPT.
        _ = try replies.first?.checked()
        return try replies.last?.checked() ?? .null
    }

    private func perform(_ encoder: RedisEncoder, _ deadline: RedisDeadline) async throws -> [RedisValue] {
        let now = Monotonic.now
        let end: UInt64? =
            switch deadline {
            case .standard: now + connection.options.commandTimeout.nanoseconds
            case .within(let duration): now + duration.nanoseconds
            case .never: nil
            }
        let waiter = RedisWaiter()
        let call = RedisCall(
            bytes: encoder.bytes,
            commands: encoder.commands,
            deadline: end,
            waitsUntil: now + connection.options.connectWait.nanoseconds,
            waiter: waiter
        )
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if waiter.attach(continuation) { connection.submit(call) }
            }
        } onCancel: {
            connection.cancel(waiter)
        }
    }
}

extension RedisValue {
    /// The value itself, or its error thrown.
    ///
    /// - Throws: `RedisError.server`, or `RedisUnavailable` when the error says that Redis does not serve now.
    public func checked() throws -> RedisValue {
        if case .error(let message) = self { throw RedisError.from(message) }
        return self
    }
}
