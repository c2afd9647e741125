import COpenSSL
import CRabbitMQ
import Foundation

/// One connection to a RabbitMQ, with a queue of its own that goes with it; for one thread.
///
/// Every call blocks, for a bounded time. After an error the connection is of no more use.
final class RabbitConnection {
    /// How long connecting, logging in and each question may take, in seconds.
    private static let patience = 5
    /// How often both sides show that they are there, in seconds; after twice of it the other counts as gone.
    private static let heartbeat: Int32 = 10
    /// What the queue holds at most while nobody reads: news that are so old are of no use.
    private static let most: Int64 = 10_000
    /// The channel that messages come on, and one for questions the server answers by closing it.
    private static let (main, trial): (amqp_channel_t, amqp_channel_t) = (1, 2)

    private let state: amqp_connection_state_t
    private let place: String
    private var queue = ""

    /// Connects, logs in, and declares the queue.
    ///
    /// - Throws: `RabbitError`.
    init(_ host: NotificationSource.Host, of source: NotificationSource, name: String) throws {
        place = host.description
        guard let state = amqp_new_connection() else {
            throw RabbitError(operation: "connect", place: place, cause: "no memory")
        }
        self.state = state
        try open(host, source)
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        amqp_set_handshake_timeout(state, &patience)
        amqp_set_rpc_timeout(state, &patience)
        try check(
            hawser_amqp_login(
                state,
                source.virtualHost,
                Self.heartbeat,
                host.user,
                host.password.revealed,
                name
            ),
            "log in"
        )
        amqp_channel_open(state, Self.main)
        try check(amqp_get_rpc_reply(state), "open a channel")
        let declared = hawser_amqp_own_queue(state, Self.main, Self.most)
        try check(amqp_get_rpc_reply(state), "declare a queue")
        queue = declared.map { Self.text($0.pointee.queue) } ?? ""
        amqp_basic_consume(state, Self.main, amqp_bytes_t(), amqp_bytes_t(), 0, 1, 0, amqp_table_t())
        try check(amqp_get_rpc_reply(state), "consume")
    }

    deinit {
        amqp_connection_close(state, AMQP_REPLY_SUCCESS)
        amqp_destroy_connection(state)
    }

    private func open(_ host: NotificationSource.Host, _ source: NotificationSource) throws {
        let socket: OpaquePointer?
        if source.usesTLS {
            socket = amqp_ssl_socket_new(state)
            if let file = source.certificateAuthority {
                guard amqp_ssl_socket_set_cacert(socket, file) == 0 else {
                    throw RabbitError(operation: "connect", place: place, cause: "cannot read certificates of \(file)")
                }
            } else if let context = socket.flatMap({ amqp_ssl_socket_get_context($0) }) {
                SSL_CTX_set_default_verify_paths(OpaquePointer(context))
            }
        } else {
            socket = amqp_tcp_socket_new(state)
        }
        guard let socket else { throw RabbitError(operation: "connect", place: place, cause: "no memory") }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        try check(amqp_socket_open_noblock(socket, host.name, Int32(host.port), &patience), "connect")
    }

    /// Has the messages of an exchange with these routing keys come to the queue.
    ///
    /// - Returns: false when there is no such exchange; it is not made, since its kind is its owner's to decide.
    /// - Throws: `RabbitError`.
    func bind(exchange: String, keys: [String]) throws -> Bool {
        amqp_channel_open(state, Self.trial)
        try check(amqp_get_rpc_reply(state), "open a channel")
        hawser_amqp_look_for(state, Self.trial, exchange)
        do {
            try check(amqp_get_rpc_reply(state), "look for the exchange \(exchange)")
        } catch let error as RabbitError where error.code == Int(AMQP_NOT_FOUND) {
            try check(hawser_amqp_channel_close_ok(state, Self.trial), "close a channel")
            return false
        }
        try check(amqp_channel_close(state, Self.trial, AMQP_REPLY_SUCCESS), "close a channel")
        for key in keys {
            hawser_amqp_bind(state, Self.main, queue, exchange, key)
            try check(amqp_get_rpc_reply(state), "bind to the exchange \(exchange)")
        }
        return true
    }

    /// The next message's body; nil when none came in so many milliseconds.
    ///
    /// - Throws: `RabbitError`.
    func next(within milliseconds: Int) throws -> [UInt8]? {
        amqp_maybe_release_buffers(state)
        var envelope = amqp_envelope_t()
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let reply = amqp_consume_message(state, &envelope, &limit, 0)
        if reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION, reply.library_error == AMQP_STATUS_TIMEOUT.rawValue {
            return nil
        }
        try check(reply, "read messages")
        defer { amqp_destroy_envelope(&envelope) }
        return Self.bytes(envelope.message.body)
    }

    private func check(_ reply: amqp_rpc_reply_t, _ operation: String) throws {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            var code: Int32 = 0
            let reason = Self.text(hawser_amqp_reason(reply, &code))
            throw RabbitError(operation: operation, place: place, cause: reason, code: Int(code))
        default: try check(reply.library_error, operation)
        }
    }

    private func check(_ status: Int32, _ operation: String) throws {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        let cause = amqp_error_string2(status).map { String(cString: $0) } ?? "error \(status)"
        throw RabbitError(operation: operation, place: place, cause: cause)
    }

    private static func bytes(_ bytes: amqp_bytes_t) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len))
    }

    private static func text(_ bytes: amqp_bytes_t) -> String { String(decoding: Self.bytes(bytes), as: UTF8.self) }
}
