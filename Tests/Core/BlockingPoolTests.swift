import Foundation
import HawserCore
import Synchronization
import Testing

struct BlockingPoolTests {
    /// Counts how many calls are inside at once, and holds them until told.
    final class Gauge: Sendable {
        struct State {
            var inside = 0
            var most = 0
            var done = 0
        }

        let state = Mutex(State())

        func enter() {
            state.withLock {
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
        }

        func leave() {
            state.withLock {
                $0.inside -= 1
                $0.done += 1
            }
        }
    }

    final class Order: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test(arguments: [1, 3, 8])
    func noMoreThreadsThanTheLimitAndAllWorkDone(_ limit: Int) async throws {
        let pool = BlockingPool(name: "test", threads: limit)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<5000 {
                group.addTask {
                    try await pool.run {
                        gauge.enter()
                        sched_yield()
                        gauge.leave()
                        return number
                    }
                }
            }
            var sum = 0
            for try await number in group { sum += number }
            #expect(sum == 5000 * 4999 / 2)
        }
        let state = gauge.state.withLock { $0 }
        #expect(state.done == 5000)
        #expect(state.most <= limit)
        #expect(pool.backlog == 0)
    }

    /// As many calls as threads block on each other: they only all arrive when each has a thread of its own.
    @Test func allThreadsOfTheLimitAreUsed() async throws {
        let pool = BlockingPool(name: "test", threads: 4)
        let arrived = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await pool.run {
                        arrived.signal()
                        go.wait()
                    }
                }
            }
            let others = BlockingPool(name: "test2", threads: 1)
            try await others.run {
                for _ in 0..<4 { arrived.wait() }
                for _ in 0..<4 { go.signal() }
            }
            try await group.waitForAll()
        }
    }

    @Test func workWaitsInOrderWhenAllThreadsAreBusy() async throws {
        let pool = BlockingPool(name: "test", threads: 1)
        let go = DispatchSemaphore(value: 0)
        let order = Order()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await pool.run { go.wait() } }
            for number in 0..<3 {
                let before = pool.backlog
                group.addTask { try? await pool.run { order.numbers.withLock { $0.append(number) } } }
                while pool.backlog == before { await Task.yield() }
            }
            go.signal()
        }
        #expect(order.numbers.withLock { $0 } == [0, 1, 2])
    }

    @Test func errorsReachTheCaller() async {
        struct Oops: Error {}
        let pool = BlockingPool(name: "test", threads: 1)
        await #expect(throws: Oops.self) { try await pool.run { throw Oops() } }
    }
}
