import HawserCore
import HawserRedis
import HawserTestSupport
import Testing

@testable import HawserQueue

/// What becomes of finished jobs where there is no archive.
@Suite struct KeepFinishedTests {
    /// Runs a body beside a worker that keeps finished jobs for so long.
    private func working(
        _ queues: JobQueues,
        keep: Duration,
        _ handler: @escaping @Sendable (Probe.Arguments, JobContext) async throws -> JSON,
        while body: () async throws -> Void
    ) async throws {
        var options = WorkerOptions()
        options.keepFinished = keep
        options.grace = .zero
        let worker = Worker(queues, handlers: [ProbeHandler(body: handler)], options: options)
        let work = Task { try await worker.run() }
        do {
            try await body()
        } catch {
            worker.stop()
            _ = await work.result
            throw error
        }
        worker.stop()
        try await work.value
    }

    @Test func finishedJobsAndEventsGoAfterAWhile() async throws {
        let url = try await TestRedis.shared.ownURL()
        let queues = try JobQueues(redis: url)
        let client = try RedisClient(url: url)
        var scheduled = try JobSubmission(Probe.self, .init())
        scheduled.runAt = .now.adding(seconds: 3600)
        let cancelled = try JobSubmission(Probe.self, .init())
        try await queues.enqueue([scheduled, cancelled])
        _ = try await queues.cancel(cancelled.id)
        // More than one call of the script takes.
        let jobs = try (0..<1500).map { try JobSubmission(Probe.self, .init(number: $0)) }
        try await queues.enqueue(jobs)
        try await working(queues, keep: .milliseconds(300)) { arguments, _ in
            .int(Int64(arguments.number))
        } while: {
            try await eventually { try await queues.depth(.default).jobs == 1 }
            #expect(try await queues.find(scheduled.id)?.state == .scheduled)
            // Redis drops whole nodes of a hundred.
            try await eventually { try await client.send(["XLEN", "{hawser:default}:events"]).int ?? 0 < 100 }
            for kind in ["body", "state", "result", "error", "finished"] {
                let key = RedisArgument.string("{hawser:default}:\(kind)")
                let command: RedisArgument = kind == "finished" ? "ZCARD" : "HLEN"
                let left = try await client.send([command, key]).int
                #expect(left == (["body", "state"].contains(kind) ? 1 : 0), "\(kind)")
            }
        }
    }

    @Test func onlyWhatIsOldEnoughAndStillOverGoes() async throws {
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL())
        let jobs = try (0..<2).map { try JobSubmission(Probe.self, .init(number: $0)) }
        try await queues.enqueue(jobs)
        for job in jobs { _ = try await queues.cancel(job.id) }
        _ = try await queues.retry(jobs[1].id)
        try await queues.drop(.default, finishedBefore: .seconds(3600))
        #expect(try await queues.find(jobs[0].id)?.state == .cancelled)
        try await queues.drop(.default, finishedBefore: .zero)
        #expect(try await queues.find(jobs[0].id) == nil)
        #expect(try await queues.find(jobs[1].id)?.state == .queued, "run again")
        _ = try await queues.cancel(jobs[1].id)
        try await queues.drop(.default, finishedBefore: .zero)
        #expect(try await queues.find(jobs[1].id) == nil, "and over again")
    }

    @Test func whereSomebodyRecordsItIsHisToLetJobsGo() async throws {
        let url = try await TestRedis.shared.ownURL()
        let queues = try JobQueues(redis: url)
        let job = try JobSubmission(Probe.self, .init())
        try await queues.enqueue([job])
        // What a recorder begins with; its archive is away ever since.
        let client = try RedisClient(url: url)
        let events = RedisArgument.string(QueueKeys(.default).events)
        _ = try await client.send(["XGROUP", "CREATE", events, "recorder", "0"])
        _ = try await queues.cancel(job.id)
        try await queues.drop(.default, finishedBefore: .zero)
        try await queues.trim(.default, olderThan: .zero)
        #expect(try await queues.find(job.id)?.state == .cancelled)
        #expect(try await client.send(["XLEN", events]).int == 2)
    }

    @Test func nothingIsListedWhereThereIsAnArchive() async throws {
        let url = try await TestRedis.shared.ownURL()
        let queues = try JobQueues(redis: url, archive: MemoryArchive())
        let job = try JobSubmission(Probe.self, .init())
        try await queues.enqueue([job])
        _ = try await queues.cancel(job.id)
        #expect(try await RedisClient(url: url).send(["EXISTS", "{hawser:default}:finished"]).int == 0)
    }
}
