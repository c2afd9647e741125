/// What the cloud has told of the things a job waits for, since it was asked to change them.
struct CloudOutlook: Equatable {
    /// Whether it has told something of each of them, and so will tell of their end.
    var isTold: Bool
    /// Whether it has told of the end of each.
    var isOver: Bool
    /// When it last told of an end.
    var lastEnd: ContinuousClock.Instant?

    /// Without notifications, or as long as nothing is told: how long after the question the first look is, in seconds.
    static let first = 0.3
    /// And how far apart the looks are, ever further.
    static let interval = 0.5...15.0
    /// The same where the end will be told: looks for the case that it is not, since some failures are not.
    static let spare = 5.0...15.0

    /// When the first look is, in seconds after the question; a job that is woken looks before.
    var first: Double {
        if isOver { return 0 }
        return isTold ? Self.spare.lowerBound : Self.first
    }

    /// How far apart looks are that find nothing.
    var interval: ClosedRange<Double> {
        if isOver, let lastEnd {
            // What is told may be ahead of what is listed: as from a beginning, since nothing more may be told.
            let since = (ContinuousClock.now - lastEnd) / .seconds(1)
            let wait = min(max(since / 4, Self.interval.lowerBound), Self.interval.upperBound)
            return wait...wait
        }
        return isTold ? Self.spare : Self.interval
    }
}
