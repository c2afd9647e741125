import HawserRedis

/// Which jobs a wake found.
public struct Woken: Sendable, Equatable {
    /// How many were waiting, and look now.
    public var waiting = 0
    /// How many were running, and look again when they go to wait.
    public var running = 0

    /// Counts.
    public init(waiting: Int = 0, running: Int = 0) {
        self.waiting = waiting
        self.running = running
    }
}

extension JobQueues {
    /// Has waiting jobs look at once at what they wait for, because it has happened.
    ///
    /// For who learns of events outside. A job that is running, and may have looked a moment too early, is ready again
    /// as soon as it goes to wait. A job that is neither, or that the queue does not know, stays as it is; so an event
    /// that is told twice does no harm.
    ///
    /// - Parameters:
    ///   - ids: the jobs.
    ///   - queue: the queue they are in.
    /// - Returns: how many it found; one that is told again while it runs is counted once.
    /// - Throws: `RedisUnavailable`.
    @discardableResult
    public func wake(_ ids: [JobID], in queue: QueueName) async throws -> Woken {
        var woken = Woken()
        for start in stride(from: 0, to: ids.count, by: Self.scriptLimit) {
            let part = ids[start..<min(ids.count, start + Self.scriptLimit)]
            let reply = try await redis.call(
                Scripts.wake,
                keys: QueueKeys(queue).all,
                arguments: part.map { .string($0.text) }
            )
            guard let counts = reply.array, counts.count == 2,
                let due = counts[0].int, let marked = counts[1].int
            else { throw QueueError.corrupt("wake") }
            woken.waiting += Int(due)
            woken.running += Int(marked)
        }
        return woken
    }
}
