import HawserCloud

/// How new the news of waiting jobs must be.
///
/// Many jobs that wait share one list call per interval (`StatusListing`), so nobody waits for a call of its own: a job
/// first looks an interval after its own change (`first` of `JobContext.poll`), and what was listed within the last
/// interval is then newer than that change.
enum CloudNews {
    /// Seconds for which a listing is good.
    static let interval = 2.0

    /// Not older than this.
    static var recent: ContinuousClock.Instant { .now - .seconds(interval) }
}
