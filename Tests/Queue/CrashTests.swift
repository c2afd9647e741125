import Foundation
import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

/// Real processes are killed here; the ledger is a file outside.
@Suite struct CrashTests {
    private static let steps = ["a", "b", "c", "d", "e"]
    private static let points = ["before", "inside", "after"].flatMap { at in steps.map { "\(at):\($0)" } }
    private static let undoPoints = ["undo-before", "undo-inside"].flatMap { at in steps.map { "\(at):\($0)" } }

    enum Five: JobKind {
        struct Arguments: Codable, Sendable { var fails = false }
        typealias Output = [String]
        static let name = "probe.five"
    }

    enum Hold: JobKind {
        struct Arguments: Codable, Sendable {}
        typealias Output = String
        static let name = "probe.hold"
    }

    /// Starts a probe process.
    private func start(_ url: String, _ ledger: String, lease: Int = 1000, point: String? = nil) async throws
        -> ServerProcess
    {
        let program = Bundle.main.bundleURL.deletingLastPathComponent()
        let candidates = [
            program.appending(path: "step-probe").path(),
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "step-probe").path(),
        ]
        let path = try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0) })
        return try await ServerProcess.start(
            [path, url, ledger, "\(lease)"] + (point.map { [$0] } ?? []),
            markers: ["ready"]
        )
    }

    private func lines(_ path: String) -> [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    @Test(arguments: points) func eachEffectHappensOnceWhereverTheWorkerIsKilled(_ point: String) async throws {
        let url = try await TestRedis.shared.ownURL()
        let directory = try TestDirectory("ledger")
        let ledger = directory.file("ledger")
        let queues = try JobQueues(redis: url)
        let id = try await queues.enqueue(try JobSubmission(Five.self, .init()))
        let first = try await start(url, ledger, point: point)
        await first.waitForExit()
        let second = try await start(url, ledger)
        let result = try await queues.result(of: id, within: .seconds(60))
        #expect(result == ["a", "b", "c", "d", "e"])
        #expect(lines(ledger) == Self.steps.map { "do \($0) \(id)" })
        second.signal(SIGKILL)
    }

    @Test(arguments: undoPoints) func undosRunInReverseOnceWhereverTheWorkerIsKilled(_ point: String) async throws {
        let url = try await TestRedis.shared.ownURL()
        let directory = try TestDirectory("ledger")
        let ledger = directory.file("ledger")
        let queues = try JobQueues(redis: url)
        let id = try await queues.enqueue(try JobSubmission(Five.self, .init(fails: true)))
        let first = try await start(url, ledger, point: point)
        await first.waitForExit()
        let second = try await start(url, ledger)
        await #expect(throws: JobError.permanent("wrong", "as it was told")) {
            try await queues.result(of: id, within: .seconds(60))
        }
        let expected = Self.steps.map { "do \($0) \(id)" } + Self.steps.reversed().map { "undo \($0) \(id)" }
        #expect(lines(ledger) == expected)
        second.signal(SIGKILL)
    }

    @Test func aJobWhoseWorkersAlwaysDieIsFailedAsPoison() async throws {
        let url = try await TestRedis.shared.ownURL()
        let directory = try TestDirectory("ledger")
        let ledger = directory.file("ledger")
        let queues = try JobQueues(redis: url)
        let id = try await queues.enqueue(try JobSubmission(Five.self, .init()))
        for _ in 0..<3 {
            let process = try await start(url, ledger, point: "before:a")
            await process.waitForExit()
        }
        let last = try await start(url, ledger)
        await #expect(throws: JobError.self) { try await queues.result(of: id, within: .seconds(60)) }
        let job = try #require(try await queues.find(id))
        #expect(job.error?.code == "poison" && job.error?.message.contains("3 times") == true)
        #expect(job.lostLeases == 3)
        last.signal(SIGKILL)
    }

    @Test func aLateResultIsRefused() async throws {
        let url = try await TestRedis.shared.ownURL()
        let directory = try TestDirectory("ledger")
        let ledger = directory.file("ledger")
        let queues = try JobQueues(redis: url)
        func append(_ line: String) throws {
            let handle = try #require(FileHandle(forWritingAtPath: ledger))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("\(line)\n".utf8))
        }
        let id = try await queues.enqueue(try JobSubmission(Hold.self, .init()))
        let stalled = try await start(url, ledger, lease: 1000)
        try await eventually { lines(ledger).contains("began \(stalled.pid)") }
        stalled.signal(SIGSTOP)
        let other = try await start(url, ledger, lease: 1000)
        try await eventually { lines(ledger).contains("began \(other.pid)") }
        try append("go \(stalled.pid)")
        stalled.signal(SIGCONT)
        try await eventually { lines(ledger).contains("ended \(stalled.pid)") }
        try await eventually { lines(ledger).contains("refused \(stalled.pid)") }
        try append("go \(other.pid)")
        let result = try await queues.result(of: id, within: .seconds(60))
        #expect(result == .string("\(other.pid)"))
        let job = try #require(try await queues.find(id))
        #expect(job.fence == 2)
        stalled.signal(SIGKILL)
        other.signal(SIGKILL)
    }
}
