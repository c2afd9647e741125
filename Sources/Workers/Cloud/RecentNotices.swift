import HawserCloud

/// When things were last told of, and when of their end: of the last 10,000 at least, and of no more than twice as many.
struct RecentNotices {
    /// What was told of a thing.
    struct Told {
        /// When something was told last.
        var last: ContinuousClock.Instant
        /// When an end was told last.
        var end: ContinuousClock.Instant?
    }

    private static let limit = 10_000
    private var young: [CloudThing: Told] = [:]
    private var old: [CloudThing: Told] = [:]

    subscript(thing: CloudThing) -> Told? { young[thing] ?? old[thing] }

    /// Notes what was told just now.
    mutating func note(_ notice: CloudNotice, at now: ContinuousClock.Instant) {
        let end = notice.isEnd ? now : self[notice.thing]?.end
        young[notice.thing] = Told(last: now, end: end)
        guard young.count >= Self.limit else { return }
        // A whole generation is forgotten at a time.
        old = young
        young = [:]
    }
}
