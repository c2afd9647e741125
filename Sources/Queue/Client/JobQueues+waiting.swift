import HawserCore

extension JobQueues {
    /// Waits until a job has changed beyond what the caller has seen, or is over.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - feed: the process' feed of events, which must be running.
    ///   - limit: how long to wait at most.
    ///   - isEnough: whether the job as it is now is what the caller waits for; by default: that it is over.
    /// - Returns: the job as it was last seen; nil when nobody knows it.
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
