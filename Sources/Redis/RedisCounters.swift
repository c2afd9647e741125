import Synchronization

/// What a client and its dedicated connections have done since they were made.
public struct RedisCounters: Sendable, Hashable {
    /// Commands sent.
    public let commands: Int
    /// Calls sent: a pipeline is one.
    public let roundTrips: Int
    /// Connections made again after one was lost.
    public let reconnects: Int
}

/// The counters while they count.
final class RunningCounters: Sendable {
    let commands = Atomic<Int>(0)
    let roundTrips = Atomic<Int>(0)
    let reconnects = Atomic<Int>(0)

    var snapshot: RedisCounters {
        RedisCounters(
            commands: commands.load(ordering: .relaxed),
            roundTrips: roundTrips.load(ordering: .relaxed),
            reconnects: reconnects.load(ordering: .relaxed)
        )
    }
}
