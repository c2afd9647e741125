public import HawserCore

extension JobQueues {
    /// Waits until a job has changed beyond what the caller has seen, or is over.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - feed: the process' feed of events, which must be running.
    ///   - limit: how long to wait at most.
    ///   - isEnough: whether the job as it is now is what the caller waits for; by default: that it is over.
    /// - Returns: the job as it was last seen; nil when nobody knows it.
    /// - Throws: `RedisUnavailable`, what the archive throws, `CancellationError`.
    public func wait(
        for id: JobID,
        feed: EventFeed,
        atMost limit: Duration,
        until isEnough: @Sendable (JobRecord) -> Bool = { $0.state.isFinal }
    ) async throws -> JobRecord? {
        let end = ContinuousClock.now + limit
        let signal = Signal()
        let watch = feed.watch(id) { _ in signal.give() }
        defer { watch.end() }
        // Read after subscribing: a change in between is seen one way or the other.
        var job = try await find(id)
        while let seen = job, !isEnough(seen), ContinuousClock.now < end {
            await signal.wait(atMost: min(EventFeed.resync, end - .now))
            try Task.checkCancellation()
            job = try await find(id)
        }
        return job
    }
}

extension JobQueues {
    /// Waits for the result of a job, for programs that have no feed of their own.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - limit: how long to wait at most.
    /// - Returns: the result; nil when the job is not over by then or has none.
    /// - Throws: `JobError` when the job failed or was cancelled; `QueueError.unknownJob`.
    public func result(of id: JobID, within limit: Duration = .seconds(60)) async throws -> JSON? {
        let feed = EventFeed(self)
        let following = Task { await feed.run() }
        defer { following.cancel() }
        guard let job = try await wait(for: id, feed: feed, atMost: limit) else {
            throw QueueError.unknownJob(id.text)
        }
        if let error = job.error, job.state.isFinal { throw error }
        return job.result
    }
}

extension JobQueues {
    /// Waits for the result of a job of a kind.
    ///
    /// - Throws: `JobError` when the job failed, was cancelled, or is not over within the limit (`not_over`).
    public func result<Kind: JobKind>(
        of id: JobID,
        as kind: Kind.Type,
        within limit: Duration = .seconds(60)
    ) async throws -> Kind.Output {
        guard let result = try await result(of: id, within: limit) else {
            throw JobError.retryable("not_over", "job \(id) is not over, or has no result")
        }
        return try result.decoded()
    }
}
