import HawserCore
import Testing

@Suite("turns")
struct TurnsTests {
    @Test("who comes when all are taken has the turn of the first that leaves, in the order of the line") func line()
        async
    {
        let turns = Turns(1)
        #expect(await turns.enter())
        let first = Task { await turns.enter() }
        // It is in line once a later one that does not wait long was passed over.
        #expect(await !turns.enter(within: .milliseconds(1)))
        turns.leave()
        #expect(await first.value)
        #expect(await !turns.enter(within: .milliseconds(1)))
        turns.leave()
        #expect(await turns.enter(within: .milliseconds(1)))
    }

    @Test("who is cancelled in line leaves it") func cancelled() async throws {
        let turns = Turns(1)
        #expect(await turns.enter())
        let waiting = Task { try await turns.use { 1 } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        turns.leave()
        #expect(try await turns.use { 2 } == 2)
    }

    @Test("many at once: never more than there are turns, and all get theirs") func crowd() async throws {
        let turns = Turns(3)
        let counts = Counts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await turns.use {
                        await counts.begin()
                        await Task.yield()
                        await counts.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await counts.most <= 3)
        #expect(await counts.done == 200)
    }
}

private actor Counts {
    private var now = 0
    private(set) var most = 0
    private(set) var done = 0

    func begin() {
        now += 1
        most = max(most, now)
    }

    func end() {
        now -= 1
        done += 1
    }
}
