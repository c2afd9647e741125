import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

@Suite struct WakeTests {
    /// Polls that would not look again within the test.
    private static let rarely = 600.0...600.0

    @Test func aWaitingJobLooksAtOnceWhenItIsWoken() async throws {
        try await Bench.run { bench in
            let isThere = Synced(false)
            let ledger = Ledger()
            try await bench.working { _, job in
                .bool(
                    try await job.poll("ready", every: Self.rarely) { () -> Bool? in
                        ledger.note("look")
                        return isThere.value ? true : nil
                    }
                )
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                isThere.change { $0 = true }
                #expect(try await bench.queues.wake([id], in: .default) == Woken(waiting: 1))
                let job = try await bench.end(of: id)
                #expect(job.state == .succeeded)
                #expect(job.attempt == 1, "a wake is no attempt")
                #expect(ledger.all.count == 2)
                #expect(try await bench.queues.depth(.default).due == 0)
            }
        }
    }

    @Test func aWakeThatComesBeforeTheJobWaitsIsNotLost() async throws {
        try await Bench.run { bench in
            let isThere = Synced(false)
            let ledger = Ledger()
            try await bench.working { _, job in
                .bool(
                    try await job.poll("ready", every: Self.rarely) { () -> Bool? in
                        ledger.note("look")
                        guard !isThere.value else { return true }
                        // It happens after the look, and is told before the job goes to wait.
                        isThere.change { $0 = true }
                        let first = try await bench.queues.wake([job.id], in: .default)
                        #expect(first == Woken(running: 1))
                        let second = try await bench.queues.wake([job.id], in: .default)
                        #expect(second == Woken(), "it is marked already")
                        return nil
                    }
                )
            } while: { _ in
                let id = try await bench.submit()
                let job = try await bench.end(of: id)
                #expect(job.state == .succeeded)
                #expect(ledger.all.count == 2)
                #expect(!bench.archive.history(id).contains(.waiting), "it is ready again instead")
            }
        }
    }

    @Test func aMarkIsUsedUpByOneLook() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                .bool(
                    try await job.poll("ready", every: Self.rarely) { () -> Bool? in
                        ledger.note("look")
                        if ledger.all.count == 1 { _ = try await bench.queues.wake([job.id], in: .default) }
                        return nil
                    }
                )
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                #expect(ledger.all.count == 2)
                // What is queued behind it shows that the worker would have looked by now.
                _ = try await bench.queues.cancel(id)
                #expect(try await bench.end(of: id).state == .cancelled)
                #expect(ledger.all.count == 2)
            }
        }
    }

    @Test func othersAreLeftAsTheyAre() async throws {
        try await Bench.run { bench in
            try await bench.working { arguments, job in
                if arguments.number == 1, job.attempt == 1 {
                    throw JobError.retryable("later", "not now", after: 600)
                }
                return .null
            } while: { _ in
                let done = try await bench.submit(0)
                _ = try await bench.end(of: done)
                let again = try await bench.submit(1)
                _ = try await bench.reach(again) { $0.state == .retrying }
                let scheduled = try await bench.submit(2) { $0.runAt = .now.adding(seconds: 600) }
                let before = try await bench.reach(again) { _ in true }
                let unknown = JobID(in: .default)
                let ids = [done, again, scheduled, unknown]
                #expect(try await bench.queues.wake(ids, in: .default) == Woken())
                #expect(try await bench.queues.find(again) == before)
                #expect(try await bench.queues.find(scheduled)?.state == .scheduled)
                #expect(try await bench.queues.find(done)?.state == .succeeded)
                #expect(try await bench.queues.find(unknown) == nil)
                #expect(try await bench.queues.wake([], in: .default) == Woken())
            }
        }
    }

    @Test func manyAreWokenTogetherWhateverElseWaits() async throws {
        try await Bench.run { bench in
            let isThere = Synced(false)
            try await bench.working(concurrency: 100) { _, job in
                .bool(try await job.poll("ready", every: Self.rarely) { isThere.value ? true : nil })
            } while: { _ in
                var ids: [JobID] = []
                for number in 0..<1500 { ids.append(try await bench.submit(number)) }
                while try await bench.queues.depth(.default).due < 1500 { try await Task.sleep(for: .milliseconds(10)) }
                isThere.change { $0 = true }
                let woken = Array(ids.prefix(1200))
                #expect(try await bench.queues.wake(woken + woken, in: .default).waiting == 1200)
                for id in woken { #expect(try await bench.end(of: id).state == .succeeded) }
                #expect(try await bench.queues.depth(.default).due == 300)
            }
        }
    }

    @Test func aWakeRacesTheEndOfALook() async throws {
        // Wherever between look and wait it strikes: the job ends, and does not wait for its next look.
        try await Bench.run { bench in
            let there = Synced<Set<Int>>([])
            try await bench.working(concurrency: 50) { arguments, job in
                .bool(
                    try await job.poll("ready", every: Self.rarely) {
                        there.value.contains(arguments.number) ? true : nil
                    }
                )
            } while: { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            let id = try await bench.submit(number)
                            // Told some time between its claim and a little after it waits.
                            try await Task.sleep(for: .microseconds(Int.random(in: 0...6000)))
                            there.change { _ = $0.insert(number) }
                            try await bench.queues.wake([id], in: .default)
                            #expect(try await bench.end(of: id).state == .succeeded, "\(number)")
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
}
