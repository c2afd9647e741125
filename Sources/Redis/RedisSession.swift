import Foundation

/// One socket, from its making to its end; a connection that comes back is a new session.
final class RedisSession: RedisLoopHandler {
    let descriptor: Int32
    /// Used on the loop's thread only.
    let parser: ReplyParser
    /// Used under the connection's lock only.
    let tls: TLSFilter?
    private let owner: WeakConnection

    init(descriptor: Int32, parser: ReplyParser, tls: TLSFilter?, owner: RedisConnection) {
        self.descriptor = descriptor
        self.parser = parser
        self.tls = tls
        self.owner = WeakConnection(owner)
    }

    func handle(readable: Bool, writable: Bool) {
        owner.connection?.handle(self, readable: readable, writable: writable)
    }
}

/// A reference that does not keep its connection alive.
private struct WeakConnection: Sendable {
    weak let connection: RedisConnection?

    init(_ connection: RedisConnection) {
        self.connection = connection
    }
}
