import HawserCore
import HawserMetadata
import HawserQueue
import HawserRecords
import HawserTestSupport
import Testing

@Suite struct MongoJobArchiveTests {
    private enum Probe: JobKind {
        typealias Arguments = JSON
        typealias Output = JSON
        static let name = "test.probe"
    }

    private struct ProbeHandler: JobHandler {
        typealias Kind = Probe
        func run(_ arguments: JSON, in job: JobContext) async throws -> JSON {
            if arguments["fail"] == true { throw JobError.permanent("wrong", "as told") }
            return arguments
        }
    }

    /// An archive that remembers what it was given, so that a test can give it again.
    private final class Tape: JobArchive {
        let events = Synced<[[JobEvent]]>([])
        let inner: MongoJobArchive?
        init(_ inner: MongoJobArchive? = nil) { self.inner = inner }
        func record(_ events: [JobEvent]) async throws {
            self.events.change { $0.append(events) }
            try await inner?.record(events)
        }
        func find(_ id: JobID) async throws -> JobRecord? { try await inner?.find(id) }
        func known(_ ids: [JobID]) async throws -> Set<JobID> { [] }
    }

    private func database() async throws -> MongoDatabase {
        let mongo = try await TestMongo.shared
        let name = "records-\(UUIDv7.make())"
        return try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(mongo.port)/\(name)?replicaSet=rs0"),
            options: .forTests
        )
    }

    private func archive() async throws -> MongoJobArchive {
        let archive = MongoJobArchive(try await database())
        try await archive.prepare()
        return archive
    }

    /// Runs jobs, and gives back what the queue told of them.
    private func run(_ arguments: [JSON], tenant: String = "t-1") async throws -> (ids: [JobID], events: [JobEvent]) {
        let tape = Tape()
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL(), archive: tape)
        let worker = Worker(queues, handlers: [ProbeHandler()])
        let recorder = Recorder(queues, to: tape, name: "tape")
        let work = Task { try await worker.run() }
        let recording = Task { await recorder.run() }
        let jobs = arguments.map { JobSubmission(Probe.self, arguments: $0, tenant: tenant) }
        try await queues.enqueue(jobs)
        while try await queues.depth(.default).jobs > 0 { await Task.yield() }
        worker.stop()
        try await work.value
        recording.cancel()
        await recording.value
        return (jobs.map(\.id), tape.events.value.flatMap { $0 })
    }

    @Test func aJobComesBackAsItWas() async throws {
        let archive = try await archive()
        let arguments: JSON = ["a.b": ["$set": 1], "": [1.5, nil, true], "ü": "\u{0}\n"]
        let (ids, events) = try await run([arguments])
        try await archive.record(events)
        let job = try #require(try await archive.find(ids[0]))
        #expect(job.arguments == arguments)
        #expect(job.result == arguments)
        #expect(job.state == .succeeded)
        #expect(job.tenant == "t-1")
        #expect(try await archive.history(of: ids[0]).map(\.state) == [.queued, .running, .succeeded])
        #expect(try await archive.history(of: ids[0], after: 2).map(\.sequence) == [3])
    }

    @Test func aHistoryIsWaitedForUntilItHasWhatIsKnownAlready() async throws {
        let archive = try await archive()
        let (ids, events) = try await run([[:]])
        try await archive.record(Array(events.prefix(2)))
        let early = try await archive.history(of: ids[0], reaching: 3, within: .milliseconds(60))
        #expect(early.map(\.sequence) == [1, 2], "it did not come")
        async let whole = archive.history(of: ids[0], reaching: 3, within: .seconds(20))
        try await archive.record([events[2]])
        #expect(try await whole.map(\.state) == [.queued, .running, .succeeded])
    }

    @Test func theSameEventsAgainChangeNothing() async throws {
        let archive = try await archive()
        let (ids, events) = try await run([["fail": true]])
        try await archive.record(events)
        let first = try await archive.find(ids[0])
        try await archive.record(events)
        try await archive.record([events[0]])
        #expect(try await archive.find(ids[0]) == first)
        #expect(try await archive.history(of: ids[0]).map(\.sequence) == [1, 2, 3])
        #expect(first?.error?.code == "wrong")
    }

    @Test func eventsThatComeLateDoNotTakeAJobBack() async throws {
        let archive = try await archive()
        let (ids, events) = try await run([["x": 1]])
        try await archive.record([events[2]])
        #expect(try await archive.find(ids[0])?.state == .succeeded)
        try await archive.record([events[1]])
        try await archive.record([events[0]])
        let job = try #require(try await archive.find(ids[0]))
        #expect(job.state == .succeeded)
        #expect(job.kind == "test.probe")
        #expect(job.arguments == ["x": 1])
        #expect(try await archive.history(of: ids[0]).map(\.sequence) == [1, 2, 3])
    }

    @Test func listsAreFilteredAndPaged() async throws {
        let archive = try await archive()
        let (ids, events) = try await run((0..<5).map { ["fail": .bool($0 % 2 == 0)] })
        let (others, more) = try await run([[:]], tenant: "t-2")
        try await archive.record(events)
        try await archive.record(more)
        var query = JobQuery()
        query.tenant = "t-1"
        query.limit = 2
        var seen: [JobID] = []
        while true {
            let page = try await archive.list(query)
            seen += page.map(\.id)
            guard page.count == 2 else { break }
            query.before = page.last?.id
        }
        #expect(seen == ids.sorted().reversed())
        query = JobQuery()
        query.state = .failed
        #expect(try await archive.list(query).count == 3)
        query = JobQuery()
        query.tenant = "t-2"
        #expect(try await archive.list(query).map(\.id) == others)
        #expect(try await archive.known(ids + [JobID(in: .default)]) == Set(ids))
    }

    /// Jobs that fail, run again and fail again, as the queue told of them; given anew to several recorders at once,
    /// each with a part twice, they end in one document each, in the right collection.
    @Test func severalRecordersAtOnceAgree() async throws {
        let tape = Tape(try await archive())
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL(), archive: tape)
        let worker = Worker(queues, handlers: [ProbeHandler()])
        let recorder = Recorder(queues, to: tape, name: "tape")
        let work = Task { try await worker.run() }
        let recording = Task { await recorder.run() }
        let jobs = (0..<20).map { _ in JobSubmission(Probe.self, arguments: ["fail": true], tenant: "t-1") }
        try await queues.enqueue(jobs)
        while try await queues.depth(.default).jobs > 0 { await Task.yield() }
        for job in jobs.prefix(10) { _ = try await queues.retry(job.id) }
        while try await queues.depth(.default).jobs > 0 { await Task.yield() }
        worker.stop()
        try await work.value
        recording.cancel()
        await recording.value
        let events = tape.events.value.flatMap { $0 }

        let database = try await database()
        let archive = MongoJobArchive(database)
        try await archive.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for size in [1, 7, 30, 200] {
                group.addTask {
                    for start in stride(from: 0, to: events.count, by: size) {
                        try await archive.record(Array(events[max(0, start - size)..<min(events.count, start + size)]))
                    }
                }
            }
            try await group.waitForAll()
        }
        for (index, job) in jobs.enumerated() {
            let record = try #require(try await archive.find(job.id))
            let changes = index < 10 ? 6 : 3
            #expect(record.state == .failed)
            #expect(record.sequence == changes)
            #expect(record.arguments == ["fail": true])
            #expect(try await archive.history(of: job.id).map(\.sequence) == Array(1...changes))
        }
        #expect(try await database.collection("jobs").count() == 0)
        #expect(try await database.collection("finished_jobs").count() == 20)
    }

    @Test func aJobThatRunsAgainIsNotAmongTheFinished() async throws {
        let database = try await database()
        let archive = MongoJobArchive(database)
        try await archive.prepare()
        let tape = Tape(archive)
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL(), archive: tape)
        let worker = Worker(queues, handlers: [ProbeHandler()])
        let recorder = Recorder(queues, to: tape, name: "tape")
        let work = Task { try await worker.run() }
        let recording = Task { await recorder.run() }
        let job = JobSubmission(Probe.self, arguments: ["fail": true], tenant: "t-1")
        try await queues.enqueue([job])
        while try await queues.depth(.default).jobs > 0 { await Task.yield() }
        worker.stop()
        try await work.value
        let failed = try #require(try await archive.find(job.id))
        _ = try await queues.retry(job.id)
        while try await archive.find(job.id)?.state != .queued { await Task.yield() }
        recording.cancel()
        await recording.value
        let again = try #require(try await archive.find(job.id))
        #expect(again.arguments == failed.arguments)
        #expect(try await archive.history(of: job.id).map(\.state) == [.queued, .running, .failed, .queued])
        #expect(try await database.collection("jobs").count() == 1)
        #expect(try await database.collection("finished_jobs").count() == 0)
        #expect(try await archive.list(JobQuery()).map(\.state) == [.queued])
    }
}
