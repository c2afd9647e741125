import HawserTestSupport
import Testing

@testable import HawserStorage

struct TargetPoolTests {
    let late = StorageError.unresponsive(target: "t", operation: "x")

    @Test func aHangingCallFailsAndHoldsOnlyItsThread() async throws {
        let pool = TargetPool(target: "t", threads: 2)
        let gate = Gate()
        let hangs: @Sendable () async throws -> Void = {
            try await pool.run("x", within: .milliseconds(50)) { gate.wait() }
        }
        await #expect(throws: late) { try await hangs() }
        #expect(try await pool.run("x", within: .seconds(10)) { 1 } == 1, "the other thread works")
        await #expect(throws: late) { try await hangs() }
        // Now both hang: nothing is queued behind them.
        let ran = Synced(false)
        let started = ContinuousClock.now
        await #expect(throws: late) { try await pool.run("x", within: .seconds(120)) { ran.change { $0 = true } } }
        #expect(ContinuousClock.now - started < .seconds(100))
        gate.open()
        var answer: Int?
        while answer == nil { answer = try? await pool.run("x", within: .seconds(60)) { 2 } }
        #expect(answer == 2)
        #expect(!ran.value)
    }

    @Test func aCancelledCallEndsAtOnce() async throws {
        let pool = TargetPool(target: "t", threads: 1)
        let gate = Gate()
        let begun = AsyncStream<Void>.makeStream()
        let task = Task {
            try await pool.run("x", within: .seconds(600)) {
                begun.continuation.yield()
                gate.wait()
            }
        }
        for await _ in begun.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let queued = Task { try await pool.run("x", within: .seconds(600)) {} }
        queued.cancel()
        await #expect(throws: CancellationError.self) { try await queued.value }
        gate.open()
        #expect(try await pool.run("x", within: .seconds(60)) { 3 } == 3)
    }

    @Test func errorsComeThrough() async throws {
        let pool = TargetPool(target: "t", threads: 1)
        await #expect(throws: StorageError.notStaged) {
            try await pool.run("x", within: .seconds(60)) { throw StorageError.notStaged }
        }
    }
}
