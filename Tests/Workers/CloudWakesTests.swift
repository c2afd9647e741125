import HawserCloud
import HawserCore
import HawserQueue
import Synchronization
import Testing

@testable import HawserWorkers

/// What wakes jobs by notifications; that a woken job looks is shown in `Tests/Queue`, with a real RabbitMQ in
/// `Tests/EndToEnd`.
@Suite(.timeLimit(.minutes(1))) struct CloudWakesTests {
    private let queue = QueueName.default

    /// The calls that wake jobs, as they come.
    private final class Calls: Sendable {
        let stream: AsyncStream<[JobID]>
        private let calls: AsyncStream<[JobID]>.Continuation
        private let taken = Mutex<[[JobID]]>([])

        init() { (stream, calls) = AsyncStream.makeStream() }

        var all: [[JobID]] { taken.withLock { $0 } }

        func wake(_ jobs: [JobID]) -> Woken {
            taken.withLock { $0.append(jobs) }
            calls.yield(jobs)
            return Woken(waiting: jobs.count - 1, running: 1)
        }
    }

    private func make() -> (CloudWakes, Calls) {
        let calls = Calls()
        let wakes = CloudWakes { jobs, _ in calls.wake(jobs) }
        wakes.connected(true)
        return (wakes, calls)
    }

    private func notice(_ event: String, _ thing: CloudThing) throws -> CloudNotice {
        let names: [CloudThing.Sort: String] = [.server: "instance_id", .volume: "volume_id", .share: "share_id"]
        let name = try #require(names[thing.sort])
        let message: JSON = [
            "event_type": .string(event), "priority": "INFO", "payload": .object([name: .string(thing.id)]),
        ]
        return try #require(try CloudNotice(message: Array(message.data)))
    }

    @Test func aJobIsWokenByTheEndOfTheLastThingItWaitsFor() async throws {
        let (wakes, calls) = make()
        let (job, other) = (JobID(in: queue), JobID(in: queue))
        let things: [CloudThing] = [.server("s"), .volume("v")]
        let asked = Timestamp.now
        let outlook = wakes.expect(things, job: job, queue: queue, since: asked)
        #expect(outlook == CloudOutlook(isTold: false, isOver: false))
        _ = wakes.expect([.server("other")], job: other, queue: queue, since: asked)
        wakes.hear(try notice("compute.instance.create.start", .server("s")))
        wakes.hear(try notice("volume.create.end", .volume("v")))
        wakes.hear(try notice("volume.create.end", .volume("v")))
        // A volume with a server's id is another thing.
        wakes.hear(try notice("volume.create.end", .volume("s")))
        #expect(wakes.waitingCount == 2)
        wakes.hear(try notice("compute.instance.create.end", .server("s")))
        for await jobs in calls.stream {
            #expect(jobs == [job])
            break
        }
        #expect(wakes.waitingCount == 1, "one wake is enough")
        // Woken, it finds that all is over.
        var after = try #require(wakes.expect(things, job: job, queue: queue, since: asked))
        #expect(after.isOver)
        #expect(after.first == 0)
        // The longer ago the end was told, the seldomer it looks: here as if just now.
        #expect(after.lastEnd != nil)
        after.lastEnd = .now
        #expect(after.interval == 0.5...0.5)
    }

    @Test func anEndThatWasToldBeforeTheJobSaysWhatItWaitsForIsKnown() throws {
        let (wakes, _) = make()
        let job = JobID(in: queue)
        let asked = Timestamp.now
        wakes.hear(try notice("volume.create.end", .volume("v")))
        let outlook = wakes.expect([.volume("v")], job: job, queue: queue, since: asked)
        #expect(outlook?.isOver == true)
        // One from before it was asked says nothing.
        let later = asked.adding(seconds: 60)
        let next = wakes.expect([.volume("v")], job: job, queue: queue, since: later)
        #expect(next == CloudOutlook(isTold: false, isOver: false))
        #expect(next?.first == 0.3, "without a word of it the job polls as ever")
        #expect(next?.interval == 0.5...15)
    }

    @Test func looksAreRareWhereTheCloudTells() throws {
        let (wakes, _) = make()
        let asked = Timestamp.now
        wakes.hear(try notice("volume.create.start", .volume("v")))
        let one = wakes.expect([.volume("v")], job: JobID(in: queue), queue: queue, since: asked)
        #expect(one == CloudOutlook(isTold: true, isOver: false))
        #expect(one?.first == 5)
        #expect(one?.interval == 5...15)
        // As long as it has not told of all.
        let two = wakes.expect(
            [.volume("v"), .server("s")],
            job: JobID(in: queue),
            queue: queue,
            since: asked
        )
        #expect(two?.isTold == false)
    }

    @Test func aLostConnectionWakesAllAndForgetsWhatWasTold() async throws {
        let (wakes, calls) = make()
        let asked = Timestamp.now
        let jobs = Set((0..<100).map { _ in JobID(in: queue) })
        for (number, job) in jobs.enumerated() {
            let thing = CloudThing.volume("v\(number)")
            wakes.hear(try notice("volume.create.start", thing))
            _ = wakes.expect([thing], job: job, queue: queue, since: asked)
        }
        wakes.connected(false)
        var woken: Set<JobID> = []
        for await jobs in calls.stream {
            woken.formUnion(jobs)
            if woken.count == 100 { break }
        }
        #expect(woken == jobs)
        let job = JobID(in: queue)
        #expect(wakes.expect([.volume("v1")], job: job, queue: queue, since: asked) == nil)
        wakes.connected(true)
        let outlook = wakes.expect([.volume("v1")], job: job, queue: queue, since: asked)
        #expect(outlook == CloudOutlook(isTold: false, isOver: false), "an end may have been missed")
    }

    @Test func endsThatComeTogetherWakeByOneCall() async throws {
        let (wakes, calls) = make()
        let asked = Timestamp.now
        var jobs: Set<JobID> = []
        for number in 0..<20 {
            let job = JobID(in: queue)
            jobs.insert(job)
            let things = [CloudThing.server("\(number)"), .volume("\(number)")]
            _ = wakes.expect(things, job: job, queue: queue, since: asked)
            for thing in things { wakes.hear(try notice("x.end", thing)) }
        }
        var calling = calls.stream.makeAsyncIterator()
        #expect(Set(await calling.next() ?? []) == jobs)
        await wakes.drain()
        #expect(calls.all.count == 1)
        #expect(wakes.count == Woken(waiting: 19, running: 1))
    }

    @Test func afterAToldEndLooksAreCloseTogetherAtFirst() {
        func interval(_ seconds: Double) -> ClosedRange<Double> {
            CloudOutlook(isTold: true, isOver: true, lastEnd: .now - .seconds(seconds)).interval
        }
        #expect(interval(0) == 0.5...0.5)
        // Not as where the end is still to be told: nothing more may come.
        #expect((1...1.1).contains(interval(4).lowerBound))
        #expect(interval(600) == 15...15)
    }

    @Test func whatNobodyWaitsForCostsNoCall() async throws {
        let (wakes, calls) = make()
        let asked = Timestamp.now
        let gone = JobID(in: queue)
        _ = wakes.expect([.server("gone")], job: gone, queue: queue, since: asked)
        wakes.forget(gone)
        for number in 0..<30_000 { wakes.hear(try notice("volume.create.end", .volume("\(number)"))) }
        wakes.hear(try notice("compute.instance.create.end", .server("gone")))
        let job = JobID(in: queue)
        _ = wakes.expect([.server("s")], job: job, queue: queue, since: asked)
        wakes.hear(try notice("compute.instance.create.end", .server("s")))
        var calling = calls.stream.makeAsyncIterator()
        #expect(await calling.next() == [job])
        #expect(calls.all == [[job]])
        #expect(wakes.waitingCount == 0)
    }
}
