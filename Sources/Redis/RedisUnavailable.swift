public import HawserCore

/// Redis does not serve now: try again later.
public struct RedisUnavailable: UnavailableError, Hashable, CustomStringConvertible {
    /// What happened.
    public enum Reason: String, Sendable, Hashable {
        /// There is no connection, and none came in the time a command may wait for one. The command was not sent.
        case notConnected
        /// The command was sent and no reply came in time. It may have been executed.
        case timeout
        /// The connection broke after the command was sent. It may have been executed.
        case connectionLost
        /// Redis answered that it cannot serve: it loads its data, is a replica, is out of memory. Not executed.
        case refused
    }

    /// What happened.
    public let reason: Reason
    /// Why, in words: the system's or the server's.
    public let cause: String

    /// `redis`.
    public var service: String { "redis" }

    /// Whether the command may have been executed although no reply came.
    public var isOutcomeUnknown: Bool { reason == .timeout || reason == .connectionLost }

    /// The error in words.
    public var description: String {
        switch reason {
        case .notConnected: "redis: not connected: \(cause)"
        case .timeout: "redis: \(cause)"
        case .connectionLost: "redis: connection lost: \(cause)"
        case .refused: "redis: \(cause)"
        }
    }

    init(_ reason: Reason, cause: String) {
        self.reason = reason
        self.cause = cause
    }

    /// First words of server errors which say "not now" rather than "not this" (Redis 7.0, server.c, shared objects).
    static let codes: Set<String> = ["LOADING", "READONLY", "MASTERDOWN", "OOM", "CLUSTERDOWN", "TRYAGAIN", "BUSY"]
}
