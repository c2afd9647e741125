/// What the cloud has told of the things a job waits for, since it was asked to change them.
struct CloudOutlook: Equatable {
    /// Whether it has told something of each of them, and so will tell of their end.
    var isTold: Bool
    /// Whether it has told of the end of each.
    var isOver: Bool
    /// When it last told of an end.
    var lastEnd: ContinuousClock.Instant?

    /// Without notifications, or as long as nothing is told: how long after the question the first look is, in seconds.
    static let first = 1.0
    /// And how far apart the looks are.
    static let interval = 1.0...15.0
    /// The same where the end will be told: looks for the case that it is not, since some failures are not.
    static let spare = 5.0...15.0
    /// How long after a told end looks are close together: what is told may be a moment ahead of what is listed.
    static let echo = Duration.seconds(3)

    /// When the first look is, in seconds after the question; a job that is woken looks before.
    var first: Double {
        if isOver { return 0 }
        return isTold ? Self.spare.lowerBound : Self.first
    }

    /// How far apart looks are that find nothing.
    var interval: ClosedRange<Double> {
        if let lastEnd, isOver, .now - lastEnd < Self.echo { return Self.first...Self.first }
        return isTold ? Self.spare : Self.interval
    }
}
