import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

@Suite struct ControlTests {
    @Test func aQueuedJobIsCancelledAtOnce() async throws {
        try await Bench.run { bench in
            let id = try await bench.submit()
            #expect(try await bench.queues.cancel(id).state == .cancelled)
            await #expect(throws: QueueError.wrongState(id: id.text, state: .cancelled, operation: "cancel")) {
                try await bench.queues.cancel(id)
            }
            let ledger = Ledger()
            try await bench.working { arguments, _ in
                ledger.note("\(arguments.number)")
                return .null
            } while: { _ in
                _ = try await bench.end(of: try await bench.submit(7))
                #expect(ledger.all == ["7"])
            }
        }
    }

    @Test func aRunningJobIsCancelledByItsWorker() async throws {
        try await Bench.run { bench in
            try await bench.working(lease: .milliseconds(600)) { _, _ in
                try await Task.sleep(for: .seconds(60))
                return .null
            } while: { worker in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .running }
                #expect(try await bench.queues.cancel(id).isCancelRequested)
                let job = try await bench.end(of: id)
                #expect(job.state == .cancelled)
                #expect(job.error?.code == "cancelled")
            }
        }
    }

    @Test func aWaitingJobIsCancelledAtOnce() async throws {
        try await Bench.run { bench in
            try await bench.working { _, job in
                try await job.poll("never", every: 60...60) { nil as JSON? }
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                #expect(try await bench.queues.cancel(id).state == .cancelled)
            }
        }
    }

    @Test func aFailedJobIsRunAgainFromRedisAndFromTheArchive() async throws {
        for recording in [false, true] {
            try await Bench.run(recording: recording) { bench in
                let ledger = Ledger()
                try await bench.working { _, job in
                    let first: String = try await job.step("first") {
                        ledger.note("first")
                        return "kept"
                    }
                    if ledger.count("tried") == 0 {
                        ledger.note("tried")
                        throw JobError.permanent("wrong", "the first time")
                    }
                    return .string(first)
                } while: { _ in
                    let id = try await bench.submit()
                    #expect(try await bench.end(of: id).state == .failed)
                    if recording { try await eventually { try await bench.queues.findLive(id) == nil } }
                    let again = try await bench.queues.retry(id)
                    #expect(again.state != .failed)
                    let job = try await bench.end(of: id)
                    #expect(job.state == .succeeded)
                    #expect(job.result == "kept")
                    #expect(ledger.count("first") == 1, "a finished step is not run again")
                    await #expect(throws: QueueError.wrongState(id: id.text, state: .succeeded, operation: "retry")) {
                        try await bench.queues.retry(id)
                    }
                }
            }
        }
    }

    @Test func unknownJobsAreSaidToBeUnknown() async throws {
        try await Bench.run { bench in
            let id = JobID(in: .default)
            let found = try await bench.queues.find(id)
            #expect(found == nil)
            await #expect(throws: QueueError.unknownJob(id.text)) { try await bench.queues.cancel(id) }
            await #expect(throws: QueueError.unknownJob(id.text)) { try await bench.queues.retry(id) }
        }
    }

    @Test func aStoppingWorkerHandsBackWhatItCannotFinish() async throws {
        try await Bench.run { bench in
            let id = try await bench.submit(1)
            try await bench.working { _, _ in
                try await Task.sleep(for: .seconds(60))
                return .null
            } while: { _ in
                _ = try await bench.reach(id) { $0.state == .running }
            }
            let job = try #require(try await bench.queues.findLive(id))
            #expect(job.state == .queued)
            #expect(job.attempt == 0)
            try await bench.working { _, _ in
                "done"
            } while: { _ in
                let job = try await bench.end(of: id)
                #expect(job.state == .succeeded)
            }
        }
    }

    @Test func aServerThatEvictsIsRefused() async throws {
        let server = try await TestRedis.start(arguments: ["--maxmemory-policy", "allkeys-lru"])
        try await Bench.run(on: server, recording: false) { bench in
            let worker = Worker(bench.queues, handlers: [])
            await #expect(throws: QueueError.self) { try await worker.run() }
        }
    }
}
