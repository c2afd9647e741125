/// How often something may be listed: once per interval in the long run, and once more after a pause.
///
/// So a single job learns soon of what is done soon, and thousands do not cost more than one listing per interval. A cloud
/// that is slow to answer is asked more rarely: it is at a listing for a quarter of the time at most.
struct ListingPace: Sendable {
    private static let burst = 2.0
    private static let share = 4

    private let interval: Duration
    private var allowance = Self.burst
    private(set) var lastStart: ContinuousClock.Instant?
    /// How long the last listing took.
    private(set) var cost = Duration.zero

    init(interval: Duration) {
        self.interval = interval
    }

    /// The time from one listing to the next when they are asked for all the time.
    private var spacing: Duration { max(interval, cost * Self.share) }

    /// From when on the next listing may start; nil: at once.
    var nextStart: ContinuousClock.Instant? {
        lastStart.map { $0 + max(spacing * max(0, 1 - allowance), max(interval, cost) / 2) }
    }

    /// A listing starts.
    mutating func start(at now: ContinuousClock.Instant) {
        if let lastStart { allowance = min(Self.burst, allowance + (now - lastStart) / spacing) }
        allowance = max(0, allowance - 1)
        lastStart = now
    }

    /// The listing that started last is over.
    mutating func end(at now: ContinuousClock.Instant) {
        guard let lastStart else { return }
        cost = now - lastStart
    }
}
