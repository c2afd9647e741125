import HawserCore
public import HawserRedis
import Synchronization

/// All queues of one Redis: submit jobs, look at them, cancel them, run them again.
///
/// ```swift
/// let queues = try JobQueues(redis: "redis://127.0.0.1:6379")
/// let id = try await queues.enqueue(JobSubmission(Greet.self, .init(name: "Ada")))
/// ```
/// Calls throw `RedisUnavailable` within a second when Redis does not answer; one that stores thousands of jobs waits
/// some seconds.
public final class JobQueues: Sendable {
    /// The most jobs one call takes.
    public static let batchLimit = 10_000
    /// Jobs per script call: 1,000 take a few milliseconds of Redis' one thread.
    static let scriptLimit = 1_000
    /// How long a job of many may take, on a machine that is ten times slower than it should be.
    private static let storing = Duration.microseconds(200)

    let redis: RedisClient
    let archive: (any JobArchive)?
    let log = Log("queue")
    private let gathering: Gathering
    private let known = Mutex<[QueueName: ContinuousClock.Instant]>([:])
    /// The queues there were when somebody last asked.
    private let lastSeen = Mutex<[QueueName]>([])

    /// The queues of a Redis.
    ///
    /// - Parameters:
    ///   - url: `redis://[user:password@]host[:port][/db]`, `rediss://…` or `unix:///path`.
    ///   - archive: where finished jobs are looked for when Redis has forgotten them.
    /// - Throws: `RedisError.badURL`.
    public convenience init(redis url: String, archive: (any JobArchive)? = nil) throws {
        self.init(client: try RedisClient(url: url), archive: archive)
    }

    /// The queues of a Redis that is connected already.
    public init(client: RedisClient, archive: (any JobArchive)? = nil) {
        redis = client
        gathering = Gathering(client)
        self.archive = archive
    }

    /// Stores a job.
    ///
    /// - Returns: its id, when Redis has it.
    @discardableResult
    public func enqueue(_ job: JobSubmission) async throws -> JobID {
        try await enqueue([job])
        return job.id
    }

    /// Stores jobs, all or none.
    ///
    /// - Parameters:
    ///   - jobs: at most `batchLimit`; a job that is in Redis already is not stored again.
    ///   - isRepeat: whether the same submissions may have been stored before, so that those which are done by now
    ///     have to be looked for in the archive.
    /// - Throws: `QueueError.batchTooLarge`; `RedisUnavailable` when it is not known whether they are stored: send
    ///   the same submissions again, as a repeat.
    public func enqueue(_ jobs: [JobSubmission], isRepeat: Bool = false) async throws {
        guard jobs.count <= Self.batchLimit else { throw QueueError.batchTooLarge(jobs.count) }
        var jobs = jobs
        if isRepeat, let archive {
            let done = try await archive.known(jobs.map(\.id))
            jobs.removeAll { done.contains($0.id) }
        }
        guard !jobs.isEmpty else { return }
        if jobs.count <= Self.scriptLimit, let queue = jobs.first?.queue, jobs.allSatisfy({ $0.queue == queue }) {
            try await introduce([queue])
            return try await gathering.store(jobs.flatMap(Self.arguments), jobs: jobs.count, in: queue)
        }
        let byQueue = Dictionary(grouping: jobs, by: \.queue)
        try await introduce(Array(byQueue.keys))
        var calls: [(keys: [String], arguments: [RedisArgument])] = []
        for (queue, jobs) in byQueue {
            let keys = QueueKeys(queue).all
            for start in stride(from: 0, to: jobs.count, by: Self.scriptLimit) {
                let part = jobs[start..<min(jobs.count, start + Self.scriptLimit)]
                calls.append((keys, part.flatMap(Self.arguments)))
            }
        }
        // EVAL and not EVALSHA: a script that Redis forgot would be noticed in the middle of the transaction.
        _ = try await redis.transaction(
            calls.map { call in
                ["EVAL", .string(Scripts.enqueue.source), .int(call.keys.count)] + call.keys.map { .string($0) }
                    + call.arguments
            },
            deadline: .within(.seconds(1) + Self.storing * jobs.count)
        )
    }

    /// What is known of a job: from Redis, else from the archive; nil when nobody knows it.
    public func find(_ id: JobID) async throws -> JobRecord? {
        if let live = try await findLive(id) { return live }
        return try await archive?.find(id)
    }

    /// What Redis knows of a job.
    ///
    /// A job leaves Redis only after the archive has it: who asks Redis first and the archive then misses nothing.
    public func findLive(_ id: JobID) async throws -> JobRecord? {
        // The queues of before will do mostly, and save a round trip.
        let likely = lastSeen.withLock { $0 }.filter { id.canBe(in: $0) }
        if let job = try await look(for: id, in: likely) { return job }
        return try await look(for: id, in: try await queues().filter { id.canBe(in: $0) && !likely.contains($0) })
    }

    private func look(for id: JobID, in queues: [QueueName]) async throws -> JobRecord? {
        for queue in queues {
            let reply = try await redis.call(
                Scripts.look,
                keys: QueueKeys(queue).all,
                arguments: [.string(id.text)]
            )
            if let job = try Self.jobs(reply, queue: queue).first { return job }
        }
        return nil
    }

    /// Asks for the end of a job.
    ///
    /// - Returns: the job as it is now: cancelled, or still running (or to be undone) with the request noted.
    /// - Throws: `QueueError.unknownJob`, `QueueError.wrongState` when it is over already.
    public func cancel(_ id: JobID) async throws -> JobRecord {
        let text = JobError.cancelled.stored
        for queue in try await queues() where id.canBe(in: queue) {
            let reply = try await redis.call(
                Scripts.cancel,
                keys: QueueKeys(queue).all,
                arguments: [.string(id.text), .string(text), archive == nil ? "1" : ""]
            )
            guard let blob = reply.bytes else { continue }
            let before = try JobStateRecord(packed: blob)
            guard !before.state.isFinal else {
                throw QueueError.wrongState(id: id.text, state: before.state, operation: "cancel")
            }
            if let job = try await find(id) { return job }
        }
        if let job = try await archive?.find(id) {
            throw QueueError.wrongState(id: id.text, state: job.state, operation: "cancel")
        }
        throw QueueError.unknownJob(id.text)
    }

    /// Runs a failed or cancelled job again: with all its attempts, and without the steps that are done.
    ///
    /// - Returns: the job as it is now.
    /// - Throws: `QueueError.unknownJob`, `QueueError.wrongState` when it is neither failed nor cancelled.
    public func retry(_ id: JobID) async throws -> JobRecord {
        let live = try await findLive(id)
        guard let job = if let live { live } else { try await archive?.find(id) } else {
            throw QueueError.unknownJob(id.text)
        }
        let body = JobBody(kind: job.kind, locks: job.locks, arguments: job.arguments.data)
        let reply = try await redis.call(
            Scripts.retry,
            keys: QueueKeys(job.queue).all,
            arguments: [
                .string(id.text), .bytes(body.stored), .bytes(JobStateRecord(job).packed), .string(job.journal.stored),
            ]
        )
        guard let blob = reply.bytes else { throw QueueError.unknownJob(id.text) }
        let before = try JobStateRecord(packed: blob)
        guard before.state == .failed || before.state == .cancelled else {
            throw QueueError.wrongState(id: id.text, state: before.state, operation: "retry")
        }
        guard let now = try await find(id) else { throw QueueError.unknownJob(id.text) }
        return now
    }

    /// The names of all queues that were ever used.
    public func queues() async throws -> [QueueName] {
        let members = try await redis.send(["SMEMBERS", .string(QueueKeys.queues)])
        let names = (members.array ?? []).compactMap { $0.string }.compactMap { QueueName($0) }
        lastSeen.withLock { $0 = names }
        return names
    }

    /// Makes queues known by name, so that jobs can be found by id and events followed.
    func introduce(_ names: [QueueName]) async throws {
        let now = ContinuousClock.now
        // Said again now and then: a Redis may have been wiped behind our back.
        let fresh = known.withLock { known in
            names.filter { name in known[name].map { now - $0 > .seconds(10) } ?? true }
        }
        guard !fresh.isEmpty else { return }
        _ = try await redis.send(["SADD", .string(QueueKeys.queues)] + fresh.map { .string($0.text) })
        known.withLock { known in
            for name in fresh { known[name] = now }
        }
    }

    private static func arguments(_ job: JobSubmission) -> [RedisArgument] {
        let body = JobBody(kind: job.kind, locks: job.locks, arguments: job.data)
        return [
            .string(job.id.text),
            .bytes(body.stored),
            .int(job.priority),
            .int(job.runAt?.milliseconds ?? 0),
            .int(Int64((job.deadline ?? 0) * 1000)),
            .int(job.maxAttempts),
            .string(job.tenant),
        ]
    }

    /// Reads the reply of `Scripts.look`.
    static func jobs(_ reply: RedisValue, queue: QueueName) throws -> [JobRecord] {
        let values = reply.array ?? []
        return try stride(from: 0, to: values.count - 6, by: 7).map { at in
            guard let id = values[at].string, let blob = values[at + 1].bytes, let body = values[at + 2].bytes else {
                throw QueueError.corrupt("job")
            }
            func json(_ offset: Int) throws -> JSON? {
                try values[at + offset].bytes.map { try JSON(parsing: $0) }
            }
            return JobRecord(
                id: JobID(trusted: id),
                queue: queue,
                state: try JobStateRecord(packed: blob),
                body: try JobBody(stored: body),
                result: try json(3),
                error: try json(4)?.decoded(),
                progress: try json(5),
                journal: try Journal(stored: values[at + 6].string ?? "")
            )
        }
    }
}
