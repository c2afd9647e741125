import Foundation
import HawserCore
import HawserQueue
import HawserRedis
import HawserTestSupport
import Synchronization

/// A kind whose handler a test gives as a closure.
enum Probe: JobKind {
    struct Arguments: Codable, Sendable, Equatable {
        var number = 0
        var text = ""
        var locks: [String] = []
    }
    typealias Output = JSON
    static let name = "test.probe"
    static let retry = RetryPolicy(maxAttempts: 3, base: 0.02, cap: 0.05)
    static let locks: (@Sendable (Arguments) -> [String])? = { $0.locks }
    static let attemptTimeout = Duration.seconds(5)
}

struct ProbeHandler: JobHandler {
    typealias Kind = Probe
    let body: @Sendable (Probe.Arguments, JobContext) async throws -> JSON

    func run(_ arguments: Probe.Arguments, in job: JobContext) async throws -> JSON {
        try await body(arguments, job)
    }
}

/// The queues of a database of the test's own, an archive in memory, and workers that end with the test.
struct Bench: Sendable {
    let queues: JobQueues
    let archive: MemoryArchive
    let feed: EventFeed

    /// Runs a test body with queues of its own; the recorder and the feed run beside it.
    static func run(
        on redis: TestRedis? = nil,
        recording: Bool = true,
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws {
        let server: TestRedis
        if let redis { server = redis } else { server = try await TestRedis.shared }
        var options = RedisOptions()
        // One Redis serves most tests, on a machine that may be busy with more than them.
        options.commandTimeout = .seconds(20)
        let archive = MemoryArchive()
        let queues = JobQueues(client: try server.ownClient(options: options), archive: archive)
        let feed = EventFeed(queues)
        let recorder = Recorder(queues, to: archive, name: "recorder-\(UUID())")
        let work = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await feed.run() }
                if recording { group.addTask { await recorder.run() } }
            }
        }
        do {
            try await body(Bench(queues: queues, archive: archive, feed: feed))
        } catch {
            work.cancel()
            throw error
        }
        work.cancel()
        await work.value
    }

    /// Runs a body with a worker beside it.
    func working(
        concurrency: Int = 8,
        lease: Duration = .seconds(30),
        queues names: [QueueName] = [.default],
        _ handler: @escaping @Sendable (Probe.Arguments, JobContext) async throws -> JSON,
        while body: @Sendable (Worker) async throws -> Void
    ) async throws {
        var options = WorkerOptions()
        options.concurrency = concurrency
        options.lease = lease
        options.queues = names
        options.grace = .milliseconds(200)
        let worker = Worker(queues, handlers: [ProbeHandler(body: handler)], options: options)
        let work = Task { try await worker.run() }
        do {
            try await body(worker)
        } catch {
            worker.stop()
            _ = await work.result
            throw error
        }
        worker.stop()
        try await work.value
    }

    /// Submits a probe job.
    func submit(
        _ number: Int = 0,
        queue: QueueName? = nil,
        locks: [String] = [],
        _ change: (inout JobSubmission) -> Void = { _ in }
    ) async throws -> JobID {
        var job = try JobSubmission(Probe.self, .init(number: number, locks: locks), queue: queue)
        change(&job)
        return try await queues.enqueue(job)
    }

    /// Waits until a job is over.
    func end(of id: JobID) async throws -> JobRecord {
        try await reach(id) { $0.state.isFinal }
    }

    /// Waits until a job is as asked.
    func reach(_ id: JobID, _ isEnough: @Sendable (JobRecord) -> Bool) async throws -> JobRecord {
        let job = try await queues.wait(for: id, feed: feed, atMost: .seconds(20), until: isEnough)
        guard let job, isEnough(job) else { throw Timeout(what: "job \(id): \(job.map { "\($0)" } ?? "unknown")") }
        return job
    }
}

struct Timeout: Error {
    let what: String
}

/// Keeps records in memory, as a MongoDB would keep them.
final class MemoryArchive: JobArchive {
    struct Kept: Sendable {
        var events: [Int: JobEvent] = [:]
    }
    private let kept = Mutex<[JobID: Kept]>([:])

    func record(_ events: [JobEvent]) async throws {
        kept.withLock { kept in
            for event in events { kept[event.id, default: Kept()].events[event.record.sequence] = event }
        }
    }

    /// The states a job went through.
    func history(_ id: JobID) -> [JobState] {
        kept.withLock { $0[id]?.events.sorted { $0.key < $1.key }.map(\.value.record.state) ?? [] }
    }

    func known(_ ids: [JobID]) async throws -> Set<JobID> {
        kept.withLock { kept in Set(ids.filter { kept[$0] != nil }) }
    }

    func find(_ id: JobID) async throws -> JobRecord? {
        guard let events = kept.withLock({ $0[id]?.events.sorted { $0.key < $1.key }.map(\.value) }),
            let last = events.last
        else { return nil }
        let body = events.compactMap(\.body).last
        func json(_ text: String?) throws -> JSON? { try text.map { try JSON(parsing: Array($0.utf8)) } }
        let record = last.record
        return JobRecord(
            id: id,
            queue: last.queue,
            kind: body?.kind ?? "",
            tenant: record.tenant,
            arguments: try json(body?.arguments) ?? .null,
            locks: body?.locks ?? [],
            state: record.state,
            sequence: record.sequence,
            fence: record.fence,
            attempt: record.attempt,
            maxAttempts: record.maxAttempts,
            lostLeases: record.lost,
            priority: record.priority,
            created: record.created,
            changed: record.changed,
            runAt: record.runAt,
            deadline: record.deadline,
            worker: nil,
            isCancelRequested: false,
            result: try json(last.result),
            error: try json(last.error)?.decoded(),
            progress: nil,
            journal: try Journal(stored: last.journal ?? "")
        )
    }
}

/// A list that tasks append to.
final class Ledger: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
    func count(_ line: String) -> Int { all.count { $0 == line } }
}
