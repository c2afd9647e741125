import Foundation
import HawserCore
import HawserQueue
import HawserTestSupport
import Synchronization
import Testing

@Suite struct RecorderTests {
    /// An archive that tells who wrote, and that can be made to hang.
    private final class Slow: JobArchive {
        let name: String
        let ledger: Ledger
        let hangs: Atomic<Bool>

        init(_ name: String, _ ledger: Ledger, hangs: Bool = false) {
            self.name = name
            self.ledger = ledger
            self.hangs = Atomic(hangs)
        }

        func record(_ events: [JobEvent]) async throws {
            if hangs.load(ordering: .relaxed) {
                ledger.note("\(name) hangs")
                try await Task.sleep(for: .seconds(3600))
            }
            for event in events { ledger.note("\(name) \(event.id) \(event.record.sequence)") }
        }
        func find(_ id: JobID) async throws -> JobRecord? { nil }
        func known(_ ids: [JobID]) async throws -> Set<JobID> { [] }
    }

    @Test func oneOfManyLeadsAndEventsComeInOrder() async throws {
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL())
        let ledger = Ledger()
        let recorders = (0..<3).map { Recorder(queues, to: Slow("r\($0)", ledger), name: "r\($0)") }
        let work = Task {
            await withTaskGroup(of: Void.self) { group in
                for recorder in recorders { group.addTask { await recorder.run() } }
            }
        }
        let worker = Worker(queues, handlers: [ProbeHandler { _, _ in .null }])
        let working = Task { try await worker.run() }
        let jobs = try (0..<200).map { try JobSubmission(Probe.self, .init(number: $0)) }
        for job in jobs { try await queues.enqueue(job) }
        try await eventually { try await queues.depth(.default).jobs == 0 }
        worker.stop()
        try await working.value
        work.cancel()
        await work.value
        #expect(Set(ledger.all.map { $0.prefix(2) }).count == 1, "one recorder leads")
        for job in jobs {
            let mine = ledger.all.filter { $0.contains(job.id.text) }.compactMap { $0.split(separator: " ").last }
            #expect(mine == ["1", "2", "3"])
        }
    }

    @Test func whatADeadLeaderReadIsCarriedFirst() async throws {
        let queues = try JobQueues(redis: try await TestRedis.shared.ownURL())
        let ledger = Ledger()
        let id = try await queues.enqueue(try JobSubmission(Probe.self, .init()))
        let stuck = Recorder(queues, to: Slow("stuck", ledger, hangs: true), name: "stuck")
        let dying = Task { await stuck.run() }
        try await eventually { ledger.count("stuck hangs") == 1 }
        _ = try await queues.cancel(id)
        let next = Recorder(queues, to: Slow("next", ledger), name: "next")
        let work = Task { await next.run() }
        // The lead passes on when its time is over; the stuck one never gives it back.
        try await eventually { try await queues.depth(.default).jobs == 0 }
        #expect(ledger.all == ["stuck hangs", "next \(id) 1", "next \(id) 2"])
        dying.cancel()
        work.cancel()
        await work.value
        await dying.value
    }
}
