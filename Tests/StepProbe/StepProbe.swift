import Foundation
import HawserCore
import HawserQueue

/// A worker that a test kills: it does jobs of five steps, with a file outside as the ledger of effects.
///
/// `step-probe REDIS-URL LEDGER LEASE-MS [POINT]`: at POINT (`before:b`, `inside:b`, `after:b`, `undo-before:b`,
/// `undo-inside:b`) the process ends itself by SIGKILL.
/// When a result of its own comes too late it says so in the ledger.
@main
enum StepProbe {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count >= 4, let lease = Int(words[3]) else { exit(2) }
        Log.level = .warning
        let probe = Probe(ledger: LedgerFile(path: words[2]), point: words.count > 4 ? words[4] : nil)
        var options = WorkerOptions()
        options.lease = .milliseconds(lease)
        options.grace = .milliseconds(100)
        let worker = Worker(
            try JobQueues(redis: words[1]),
            handlers: [FiveHandler(probe: probe), HoldHandler(probe: probe)],
            options: options
        )
        let work = Task { try await worker.run() }
        print("ready")
        fflush(nil)
        Task {
            while worker.counts.refused == 0 { try await Task.sleep(for: .milliseconds(5)) }
            probe.ledger.append("refused \(getpid())")
        }
        try await work.value
    }
}

/// Five steps with an outside effect each; fails for good at the end when it is told to.
enum Five: JobKind {
    struct Arguments: Codable, Sendable { var fails = false }
    typealias Output = [String]
    static let name = "probe.five"
    static let retry = RetryPolicy(maxAttempts: 3, base: 0.02, cap: 0.05)
}

/// Waits until its ledger says so.
enum Hold: JobKind {
    struct Arguments: Codable, Sendable {}
    typealias Output = String
    static let name = "probe.hold"
}

struct Probe: Sendable {
    let ledger: LedgerFile
    let point: String?

    func reach(_ here: String) {
        if here == point { kill(getpid(), SIGKILL) }
    }
}

/// Lines appended by several processes; each append is one write.
struct LedgerFile: Sendable {
    let path: String

    func append(_ line: String) {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        guard file >= 0 else { exit(3) }
        let bytes = Array("\(line)\n".utf8)
        guard write(file, bytes, bytes.count) == bytes.count else { exit(3) }
        close(file)
    }

    var lines: [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
}

struct FiveHandler: JobHandler {
    typealias Kind = Five
    let probe: Probe

    func run(_ arguments: Five.Arguments, in job: JobContext) async throws -> [String] {
        var made: [String] = []
        for name in ["a", "b", "c", "d", "e"] {
            probe.reach("before:\(name)")
            let thing: String = try await job.step(
                name,
                adopt: { probe.ledger.lines.contains("do \(name) \(job.id)") ? name : nil },
                undo: { _ in
                    probe.reach("undo-before:\(name)")
                    // As with any cloud's delete: what is gone already is not deleted twice.
                    let line = "undo \(name) \(job.id)"
                    if !probe.ledger.lines.contains(line) { probe.ledger.append(line) }
                    probe.reach("undo-inside:\(name)")
                },
                {
                    probe.ledger.append("do \(name) \(job.id)")
                    probe.reach("inside:\(name)")
                    return name
                }
            )
            probe.reach("after:\(name)")
            made.append(thing)
        }
        if arguments.fails { throw JobError.permanent("wrong", "as it was told") }
        return made
    }
}

struct HoldHandler: JobHandler {
    typealias Kind = Hold
    let probe: Probe

    func run(_ arguments: Hold.Arguments, in job: JobContext) async throws -> String {
        probe.ledger.append("began \(getpid())")
        while !probe.ledger.lines.contains("go \(getpid())") { usleep(5000) }
        probe.ledger.append("ended \(getpid())")
        return "\(getpid())"
    }
}
