import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

@Suite struct LifeTests {
    @Test func aJobIsDoneRecordedAndLeavesRedis() async throws {
        try await Bench.run { bench in
            try await bench.working { arguments, _ in
                ["doubled": .int(Int64(arguments.number * 2))]
            } while: { _ in
                let id = try await bench.submit(21)
                let job = try await bench.end(of: id)
                #expect(job.state == .succeeded)
                #expect(job.result == ["doubled": 42])
                #expect(job.attempt == 1)
                try await eventually { try await bench.queues.findLive(id) == nil }
                let archived = try await bench.queues.find(id)
                #expect(archived?.result == ["doubled": 42])
                #expect(bench.archive.history(id) == [.queued, .running, .succeeded])
            }
        }
    }

    @Test func tenThousandInOneCallAreAllDoneOnce() async throws {
        // Of its own: others would wait for it.
        let redis = try await TestRedis.start()
        try await Bench.run(on: redis) { bench in
            let ledger = Ledger()
            let jobs = try (0..<10_000).map { try JobSubmission(Probe.self, .init(number: $0)) }
            try await bench.queues.enqueue(jobs)
            try await bench.queues.enqueue(jobs)  // the same again: nothing new
            try await bench.working(concurrency: 100) { arguments, _ in
                ledger.note("\(arguments.number)")
                return .null
            } while: { _ in
                try await eventually { try await bench.queues.depth(.default).jobs == 0 }
                #expect(ledger.all.count == 10_000)
                #expect(Set(ledger.all).count == 10_000)
                // And again when all are done and gone from Redis.
                try await bench.queues.enqueue(Array(jobs.prefix(10)), isRepeat: true)
                #expect(try await bench.queues.depth(.default).jobs == 0)
            }
        }
    }

    @Test func jobsOfSeveralQueuesAreStoredTogetherOrNotAtAll() async throws {
        try await Bench.run { bench in
            let other = QueueName(literal: "other")
            let jobs = [
                try JobSubmission(Probe.self, .init(number: 1)),
                try JobSubmission(Probe.self, .init(number: 2), queue: other),
            ]
            try await bench.queues.enqueue(jobs)
            #expect(try await bench.queues.findLive(jobs[0].id)?.queue == .default)
            #expect(try await bench.queues.findLive(jobs[1].id)?.queue == other)
            await #expect(throws: QueueError.batchTooLarge(10_001)) {
                try await bench.queues.enqueue(Array(repeating: jobs[0], count: 10_001))
            }
        }
    }

    @Test func higherPriorityGoesFirst() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            for priority in [1, 9, 5] { _ = try await bench.submit(priority) { $0.priority = priority } }
            try await bench.working(concurrency: 1) { arguments, _ in
                ledger.note("\(arguments.number)")
                return .null
            } while: { _ in
                try await eventually { ledger.all.count == 3 }
                #expect(ledger.all == ["9", "5", "1"])
            }
        }
    }

    @Test func aScheduledJobWaitsForItsTime() async throws {
        try await Bench.run { bench in
            try await bench.working { _, _ in
                .string(Timestamp.now.rfc3339)
            } while: { _ in
                let due = Timestamp.now.adding(seconds: 0.7)
                let id = try await bench.submit { $0.runAt = due }
                let state = try await bench.queues.find(id)?.state
                #expect(state == .scheduled || Timestamp.now >= due, "unless the machine was that slow")
                let job = try await bench.end(of: id)
                let ran = try #require(job.result?.string.flatMap { Timestamp(rfc3339: $0) })
                #expect(ran >= due)
            }
        }
    }

    @Test func anErrorIsTriedAgainAndThenGivenUp() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { arguments, job in
                ledger.note("\(arguments.number)")
                if arguments.number == 1, job.attempt < 3 { throw JobError.retryable("busy", "not yet") }
                if arguments.number == 2 { throw JobError.retryable("busy", "never") }
                if arguments.number == 3 { throw JobError.permanent("wrong", "no use") }
                return "done"
            } while: { _ in
                let ids = [try await bench.submit(1), try await bench.submit(2), try await bench.submit(3)]
                let jobs = [
                    try await bench.end(of: ids[0]), try await bench.end(of: ids[1]), try await bench.end(of: ids[2]),
                ]
                #expect(jobs.map(\.state) == [.succeeded, .failed, .failed])
                #expect(jobs.map(\.error?.code) == [nil, "busy", "wrong"])
                #expect([1, 2, 3].map { ledger.count("\($0)") } == [3, 3, 1])
            }
        }
    }

    @Test func theOtherSidesRetryAfterIsHeeded() async throws {
        try await Bench.run { bench in
            try await bench.working { _, job in
                if job.attempt == 1 { throw JobError.retryable("busy", "later", after: 0.6) }
                return .null
            } while: { _ in
                let id = try await bench.submit()
                let job = try await bench.end(of: id)
                #expect(job.changed.seconds(since: job.created) >= 0.6)
            }
        }
    }

    @Test func anUnknownKindIsPutAsideNotLost() async throws {
        try await Bench.run { bench in
            try await bench.working { _, _ in
                .null
            } while: { _ in
                enum Stranger: JobKind {
                    typealias Arguments = NoOutput
                    typealias Output = NoOutput
                    static let name = "test.stranger"
                }
                let id = try await bench.queues.enqueue(try JobSubmission(Stranger.self, NoOutput()))
                let job = try await bench.reach(id) { $0.state == .retrying }
                #expect(job.error?.code == "unknown_kind")
                #expect(job.attempt == 0)
            }
        }
    }

    @Test func aDeadlineEndsAJobThatStillRuns() async throws {
        try await Bench.run { bench in
            try await bench.working(lease: .milliseconds(600)) { _, _ in
                try await Task.sleep(for: .seconds(60))
                return .null
            } while: { _ in
                let id = try await bench.submit { $0.deadline = 0.5 }
                let job = try await bench.end(of: id)
                #expect(job.state == .failed)
                #expect(job.error?.code == "deadline")
            }
        }
    }

    @Test func aDeadlineEndsAJobThatWaitsForItsNextAttempt() async throws {
        try await Bench.run { bench in
            try await bench.working { _, _ in
                throw JobError.retryable("busy", "no", after: 100)
            } while: { _ in
                let id = try await bench.submit { $0.deadline = 0.4 }
                let job = try await bench.end(of: id)
                #expect(job.error?.code == "deadline")
            }
        }
    }

    @Test func progressIsSeenWhileTheJobRuns() async throws {
        try await Bench.run { bench in
            try await bench.working { _, job in
                try await job.progress(["done": 1])
                while !Task.isCancelled { try await Task.sleep(for: .milliseconds(10)) }
                return .null
            } while: { _ in
                let id = try await bench.submit()
                let job = try await bench.reach(id) { $0.progress != nil }
                #expect(job.progress == ["done": 1])
                #expect(job.worker != nil)
            }
        }
    }

    @Test func theLastProgressIsToldHoweverSoonItCame() async throws {
        try await Bench.run { bench in
            try await bench.working { arguments, job in
                for done in 1...100 { try await job.progress(["done": .int(Int64(done))]) }
                if arguments.number == 2 { throw JobError.permanent("wrong", "no") }
                return .null
            } while: { _ in
                let (good, bad) = (try await bench.submit(1), try await bench.submit(2))
                #expect(try await bench.end(of: good).progress == ["done": 100])
                #expect(try await bench.end(of: bad).progress == ["done": 100])
            }
        }
    }
}

/// Waits until a condition holds, looking again as fast as its own calls allow.
func eventually(_ limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw Timeout(what: "condition") }
        await Task.yield()
    }
}
