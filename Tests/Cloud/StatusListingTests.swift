import HawserCore
import Synchronization
import Testing

@testable import HawserCloud

@Suite(.timeLimit(.minutes(1))) struct StatusListingTests {
    private struct Broken: Error {}

    /// A list whose calls a test lets through one by one.
    private final class Source: Sendable {
        let began = AsyncStream.makeStream(of: Void.self)
        let results = AsyncStream.makeStream(of: Result<[String: Int], any Error>.self)

        func list() async throws -> [String: Int] {
            began.continuation.yield()
            for await result in results.stream { return try result.get() }
            throw CancellationError()
        }
    }

    @Test func listingsKeepTheirInterval() async throws {
        let starts = Mutex<[ContinuousClock.Instant]>([])
        let listing = StatusListing(interval: .milliseconds(50)) {
            starts.withLock { $0.append(.now) }
            return ["a": 1]
        }
        for index in 0..<6 {
            let fresh = Freshness(after: .now, within: .seconds(60), asker: "\(index)")
            _ = try await listing.awaited("a", fresh)
        }
        let times = starts.withLock { $0 }
        #expect(times.count == 6)
        // One per interval, and one more after a pause.
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= .milliseconds(25)) }
        #expect(times[5] - times[0] >= .milliseconds(4 * 50))
    }

    @Test func anErrorReachesAllWhoAskedAndTheNextListingIsTried() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1), keep: .seconds(60)) { try await source.list() }
        let askers = (0..<10).map { Freshness(after: .now, within: .seconds(60), asker: "\($0)") }
        for fresh in askers { #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: fresh) } }
        source.results.continuation.yield(.failure(Broken()))
        for fresh in askers { await #expect(throws: Broken.self) { try await listing.awaited("a", fresh) } }
        source.results.continuation.yield(.success(["a": 7]))
        let next = Freshness(after: .now, within: .seconds(60), asker: "next")
        #expect(try await listing.awaited("a", next) == 7)
    }

    @Test func whoAsksIsToldWhenToComeBack() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1), keep: .seconds(60)) { try await source.list() }
        var began = source.began.stream.makeAsyncIterator()
        let early = Freshness(after: .now, within: .seconds(60), asker: "early")
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: early) }
        await began.next()
        // It is being listed: nothing more is asked for.
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: early) }
        let late = Freshness(after: .now, within: .seconds(60), asker: "late")
        source.results.continuation.yield(.success(["a": 1]))
        #expect(try await listing.awaited("a", early) == 1)
        #expect(try listing.status(of: "b", fresh: early) == nil)
        #expect(listing.listingCount == 1)
        // That listing began before the second moment, and may not know of what was changed then.
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: late) }
        await began.next()
        source.results.continuation.yield(.success(["a": 2]))
        #expect(try await listing.awaited("a", late) == 2)
        // News that are too old are listed anew; what goes wrong then is told.
        let last = Freshness(after: late.after, within: .zero, asker: "last")
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: last) }
        await began.next()
        source.results.continuation.yield(.failure(Broken()))
        await #expect(throws: Broken.self) { try await listing.awaited("a", last) }
        #expect(listing.listingCount == 3)
        // Not to those who did not ask for it: they have it tried again.
        let other = Freshness(after: late.after, within: .seconds(60), asker: "other")
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: other) }
        await began.next()
        source.results.continuation.yield(.success(["a": 3]))
        #expect(try await listing.awaited("a", other) == 3)
    }

    @Test func whoComesLateIsAnsweredByTheListingThatWasMadeForIt() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1), keep: .seconds(60)) { try await source.list() }
        var began = source.began.stream.makeAsyncIterator()
        let fresh = Freshness(after: .now, within: .zero, asker: "a")
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: fresh) }
        await began.next()
        source.results.continuation.yield(.success(["a": 1, "b": 2]))
        #expect(try await listing.awaited("a", fresh) == 1)
        #expect(try listing.status(of: "b", fresh: fresh) == 2, "of all it looks at")
        listing.answered("a")
        #expect(throws: NewsToCome.self, "what it asks next is another question") {
            try listing.status(of: "a", fresh: fresh)
        }
        await began.next()
        source.results.continuation.yield(.success(["a": 3]))
        // Woken meanwhile, what was listed before is no answer.
        let woken = Freshness(after: .now, within: .seconds(60), asker: "a")
        #expect(throws: NewsToCome.self) { try listing.status(of: "a", fresh: woken) }
        source.results.continuation.yield(.success(["a": 4]))
        #expect(try await listing.awaited("a", woken) == 4)
        #expect(listing.listingCount == 3)
    }

    @Test func thousandsWhoComeBackCostOneListing() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1), keep: .seconds(60)) { try await source.list() }
        let fresh = Freshness(after: .now, within: .seconds(60), asker: "all")
        for index in 0..<20_000 {
            #expect(throws: NewsToCome.self) { try listing.status(of: "\(index)", fresh: fresh) }
        }
        source.results.continuation.yield(.success(["a": 1]))
        #expect(try await listing.awaited("a", fresh) == 1)
        for index in 0..<20_000 { #expect(try listing.status(of: "\(index)", fresh: fresh) == nil) }
        #expect(listing.listingCount == 1)
    }

    @Test func aSlowCloudIsListedRarely() {
        var pace = ListingPace(interval: .seconds(1))
        let start = ContinuousClock.now
        #expect(pace.nextStart == nil)
        pace.start(at: start)
        pace.end(at: start + .milliseconds(100))
        #expect(pace.nextStart == start + .milliseconds(500), "after a pause there may be two")
        pace.start(at: start + .milliseconds(500))
        pace.end(at: start + .milliseconds(600))
        #expect(pace.nextStart == start + .milliseconds(1000))
        pace.start(at: start + .milliseconds(1000))
        // Now it takes a second: for a quarter of the time it may be at it.
        pace.end(at: start + .milliseconds(2000))
        #expect(pace.nextStart == start + .milliseconds(5000))
    }

    @Test func whatNobodyAsksForIsForgotten() async throws {
        let listing = StatusListing(interval: .milliseconds(1), keep: .milliseconds(30)) { ["a": 1] }
        let fresh = Freshness(after: .now, within: .seconds(60), asker: "a")
        #expect(try await listing.awaited("a", fresh) == 1)
        #expect(listing.isHolding)
        while listing.isHolding { await Task.yield() }
        #expect(try await listing.awaited("a", fresh) == 1)
        #expect(listing.listingCount == 2)
    }
}
