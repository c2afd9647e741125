/// One write on its way: commands in Redis' protocol and who waits for their replies.
struct RedisCall: Sendable {
    let bytes: [UInt8]
    /// How many commands, so how many replies.
    let commands: Int
    /// When the caller gives up, in `Monotonic` time; nil for never.
    let deadline: UInt64?
    /// Until when it may wait for a connection.
    let waitsUntil: UInt64
    let waiter: RedisWaiter
}

/// A call that was written, with the replies that came so far.
struct CallInFlight {
    let waiter: RedisWaiter
    let deadline: UInt64?
    var missing: Int
    var replies: [RedisValue] = []
}
