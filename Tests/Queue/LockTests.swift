import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

@Suite struct LockTests {
    /// Who is inside, and what went wrong: two at once.
    private final class Room: Sendable {
        let inside = Synced<[String: Int]>([:])
        let order = Synced<[Int]>([])
        let collisions = Synced<[Int]>([])

        func enter(_ locks: [String], _ number: Int) {
            order.change { $0.append(number) }
            for lock in locks {
                let other = inside.change { inside in
                    defer { inside[lock] = number }
                    return inside[lock]
                }
                if other != nil { collisions.change { $0.append(number) } }
            }
        }

        func leave(_ locks: [String]) {
            for lock in locks { inside.change { $0[lock] = nil } }
        }
    }

    @Test func jobsOfOneLockRunOneByOneInTheirOrder() async throws {
        try await Bench.run { bench in
            let room = Room()
            var ids: [JobID] = []
            for number in 0..<30 { ids.append(try await bench.submit(number, locks: ["server:1"])) }
            let all = ids
            let free = try await bench.submit(99, locks: ["server:2"])
            try await bench.working { arguments, _ in
                guard arguments.number != 99 else { return .null }
                room.enter(arguments.locks, arguments.number)
                for _ in 0..<20 { await Task.yield() }
                room.leave(arguments.locks)
                return .null
            } while: { _ in
                _ = try await bench.end(of: free)
                for id in all { #expect(try await bench.end(of: id).state == .succeeded) }
            }
            #expect(room.collisions.value.isEmpty)
            #expect(room.order.value == Array(0..<30))
        }
    }

    @Test func aJobThatWaitsKeepsItsLock() async throws {
        try await Bench.run { bench in
            let isOpen = Synced(false)
            let ledger = Ledger()
            try await bench.working { arguments, job in
                if arguments.number == 1 {
                    return try await job.poll("open", every: 0.02...0.05) { isOpen.value ? Optional(JSON.null) : .none }
                }
                ledger.note("\(arguments.number) after \(isOpen.value)")
                return .null
            } while: { _ in
                let first = try await bench.submit(1, locks: ["a"])
                _ = try await bench.reach(first) { $0.state == .waiting }
                let second = try await bench.submit(2, locks: ["a", "b"])
                let third = try await bench.submit(3, locks: ["b"])
                // The second has none of its locks while it lacks one: the third is not held up.
                _ = try await bench.end(of: third)
                #expect(try await bench.queues.find(second)?.state == .queued)
                isOpen.change { $0 = true }
                _ = try await bench.end(of: second)
                #expect(ledger.all == ["3 after false", "2 after true"])
            }
        }
    }

    @Test func failedCancelledAndUndoneJobsGiveTheirLocksBack() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { arguments, job in
                switch arguments.number {
                case 1: throw JobError.permanent("wrong", "as told")
                case 2: return try await job.poll("never", every: 60...60) { nil as JSON? }
                case 3:
                    let made: String = try await job.step("make", adopt: { nil }, undo: { _ in ledger.note("undone") })
                    {
                        "made"
                    }
                    throw JobError.permanent("wrong", made)
                default:
                    ledger.note("ran")
                    return .null
                }
            } while: { _ in
                let failing = try await bench.submit(1, locks: ["a"])
                let waiting = try await bench.submit(2, locks: ["a"])
                let parked = try await bench.submit(4, locks: ["a"])
                let undone = try await bench.submit(3, locks: ["a"])
                let last = try await bench.submit(5, locks: ["a"])
                #expect(try await bench.end(of: failing).state == .failed)
                _ = try await bench.reach(waiting) { $0.state == .waiting }
                // One that waits for the lock goes, and with it its place.
                #expect(try await bench.queues.cancel(parked).state == .cancelled)
                #expect(try await bench.queues.cancel(waiting).state == .cancelled)
                #expect(try await bench.end(of: undone).state == .failed)
                #expect(try await bench.end(of: last).state == .succeeded)
                #expect(ledger.all == ["undone", "ran"])
                // Run again, it needs its lock again.
                let holder = try await bench.submit(2, locks: ["a"])
                _ = try await bench.reach(holder) { $0.state == .waiting }
                #expect(try await bench.queues.retry(failing).state == .queued)
                _ = try await bench.end(of: try await bench.submit(6))
                #expect(try await bench.queues.find(failing)?.state == .queued)
                _ = try await bench.queues.cancel(holder)
                #expect(try await bench.end(of: failing).state == .failed)
            }
        }
    }

    @Test func aJobThatIsTriedAgainKeepsItsLock() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { arguments, job in
                ledger.note("\(arguments.number)")
                if arguments.number == 1, job.attempt < 3 { throw JobError.retryable("late", "as told") }
                return .null
            } while: { _ in
                let first = try await bench.submit(1, locks: ["a"])
                let second = try await bench.submit(2, locks: ["a"])
                _ = try await bench.end(of: first)
                _ = try await bench.end(of: second)
            }
            #expect(ledger.all == ["1", "1", "1", "2"])
        }
    }
}
