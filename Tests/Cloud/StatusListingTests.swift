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

    @Test func manyCallersShareOneListing() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(20)) { try await source.list() }
        let callers = (0..<1000).map { index in
            Task { try await listing.status(of: "\(index % 3)", newerThan: .now) }
        }
        while listing.waitingCount < 1000 { await Task.yield() }
        // The first listing may have begun before some of them asked: those wait for the second one.
        source.results.continuation.yield(.success(["0": 0, "1": 1]))
        source.results.continuation.yield(.success(["0": 0, "1": 1]))
        for (index, caller) in callers.enumerated() {
            #expect(try await caller.value == (index % 3 == 2 ? nil : index % 3))
        }
        #expect(listing.listingCount <= 2)
    }

    @Test func aCallerGetsNoNewsOlderThanItAskedFor() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1)) { try await source.list() }
        var began = source.began.stream.makeAsyncIterator()
        let first = Task { try await listing.status(of: "a", newerThan: .now) }
        await began.next()
        // This one asks while the first listing is under way; that listing may not know of what it did.
        let second = Task { try await listing.status(of: "a", newerThan: .now) }
        while listing.waitingCount < 2 { await Task.yield() }
        source.results.continuation.yield(.success(["a": 1]))
        #expect(try await first.value == 1)
        await began.next()
        source.results.continuation.yield(.success(["a": 2]))
        #expect(try await second.value == 2)
        // What was listed is new enough for one who asks for less.
        #expect(try await listing.status(of: "a", newerThan: .now - .seconds(60)) == 2)
        #expect(listing.listingCount == 2)
    }

    @Test func listingsKeepTheirInterval() async throws {
        let starts = Mutex<[ContinuousClock.Instant]>([])
        let listing = StatusListing(interval: .milliseconds(50)) {
            starts.withLock { $0.append(.now) }
            return ["a": 1]
        }
        for _ in 0..<4 { _ = try await listing.status(of: "a", newerThan: .now) }
        let times = starts.withLock { $0 }
        #expect(times.count == 4)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= .milliseconds(50)) }
    }

    @Test func anErrorReachesAllWhoWaitAndTheNextListingIsTried() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1)) { try await source.list() }
        var began = source.began.stream.makeAsyncIterator()
        let moment = ContinuousClock.now
        let callers = (0..<10).map { _ in Task { try await listing.status(of: "a", newerThan: moment) } }
        await began.next()
        while listing.waitingCount < 10 { await Task.yield() }
        source.results.continuation.yield(.failure(Broken()))
        for caller in callers { await #expect(throws: Broken.self) { try await caller.value } }
        source.results.continuation.yield(.success(["a": 7]))
        #expect(try await listing.status(of: "a", newerThan: .now) == 7)
    }

    @Test func aCancelledCallerLeavesTheOthers() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1)) { try await source.list() }
        var began = source.began.stream.makeAsyncIterator()
        let moment = ContinuousClock.now
        let kept = Task { try await listing.status(of: "a", newerThan: moment) }
        let cancelled = Task { try await listing.status(of: "a", newerThan: moment) }
        await began.next()
        while listing.waitingCount < 2 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        source.results.continuation.yield(.success(["a": 1]))
        #expect(try await kept.value == 1)
        #expect(listing.listingCount == 1)
    }

    @Test func whatNobodyAsksForIsForgotten() async throws {
        let listing = StatusListing(interval: .milliseconds(1), keep: .milliseconds(30)) { ["a": 1] }
        _ = try await listing.status(of: "a", newerThan: .now)
        #expect(listing.isHolding)
        while listing.isHolding { await Task.yield() }
        #expect(try await listing.status(of: "a", newerThan: .now - .seconds(60)) == 1)
        #expect(listing.listingCount == 2)
    }

    @Test func twentyThousandWaitForOneListing() async throws {
        let source = Source()
        let listing = StatusListing(interval: .milliseconds(1)) { try await source.list() }
        let moment = ContinuousClock.now
        let items = Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("\($0)", $0) })
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<20_000 {
                group.addTask { try await listing.status(of: "\(index)", newerThan: moment) ?? 0 }
            }
            while listing.waitingCount < 20_000 { await Task.yield() }
            source.results.continuation.yield(.success(items))
            return try await group.reduce(0, +)
        }
        #expect(sum == 20_000 * 19_999 / 2)
        #expect(listing.listingCount == 1)
    }
}
