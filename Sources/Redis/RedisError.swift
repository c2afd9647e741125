/// A command that Redis refused, or that could not be sent for a reason which trying again does not mend.
///
/// When Redis does not answer, `RedisUnavailable` is thrown instead.
public enum RedisError: Error, Hashable, CustomStringConvertible {
    /// Redis answered with an error; the text is Redis' own and may repeat keys, never a password.
    case server(String)
    /// The URL cannot be used; says why, without the password.
    case badURL(String)
    /// TLS could not be set up on this side: no such certificate file, for instance.
    case tls(String)
    /// The client was closed.
    case closed
    /// A transaction was given up because a watched key changed.
    case transactionAborted
    /// A command of no words, or a reply of a shape the caller cannot use.
    case misuse(String)

    /// The first word of the server's message: `ERR`, `WRONGTYPE`, `NOAUTH`, `NOSCRIPT`.
    public var code: String? {
        guard case .server(let message) = self else { return nil }
        return Self.code(of: message)
    }

    /// The error in words.
    public var description: String {
        switch self {
        case .server(let message): "redis: \(message)"
        case .badURL(let reason): "redis URL: \(reason)"
        case .tls(let reason): "redis TLS: \(reason)"
        case .closed: "redis: the client is closed"
        case .transactionAborted: "redis: transaction given up, a watched key changed"
        case .misuse(let reason): "redis: \(reason)"
        }
    }

    static func code(of message: String) -> String {
        String(message.prefix { $0 != " " })
    }

    /// The error to throw for a server's message: some of them say that the service is not there for now.
    static func from(_ message: String) -> any Error {
        if RedisUnavailable.codes.contains(code(of: message)) {
            RedisUnavailable(.refused, cause: message)
        } else {
            RedisError.server(message)
        }
    }
}
