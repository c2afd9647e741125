/// How new news of the cloud must be, and who asks for them.
public struct Freshness: Sendable, Hashable {
    /// The cloud was asked after this moment: after a change of one's own, the time its answer came.
    public let after: ContinuousClock.Instant
    /// It answered no longer ago than this; what was listed because this one asked is new enough however late it comes.
    public let within: Duration
    /// Who asks, the same until it has its answer: a job's id.
    public let asker: String

    /// News of after a moment that came in a short time ago.
    public init(after: ContinuousClock.Instant, within: Duration, asker: String) {
        self.after = after
        self.within = within
        self.asker = asker
    }
}
