import HawserCore
import HawserQueue

/// Does nothing: what is measured is the engine.
enum NoWork: JobKind {
    struct Arguments: Codable, Sendable { var at: Int64? }
    typealias Output = NoOutput
    static let name = "bench.nothing"
}

struct NoWorkHandler: JobHandler {
    typealias Kind = NoWork
    let done: @Sendable (NoWork.Arguments) -> Void

    func run(_ arguments: NoWork.Arguments, in job: JobContext) async throws -> NoOutput {
        done(arguments)
        return NoOutput()
    }
}

/// Runs until it is cut off.
enum Held: JobKind {
    struct Arguments: Codable, Sendable {}
    typealias Output = NoOutput
    static let name = "bench.held"
}

struct HeldHandler: JobHandler {
    typealias Kind = Held

    func run(_ arguments: Held.Arguments, in job: JobContext) async throws -> NoOutput {
        try await Task.sleep(for: .seconds(3600))
        return NoOutput()
    }
}

/// Waits for something outside that never comes, looked for as rarely as a slow cloud operation is.
enum Waiting: JobKind {
    struct Arguments: Codable, Sendable {}
    typealias Output = NoOutput
    static let name = "bench.waiting"
}

struct WaitingHandler: JobHandler {
    typealias Kind = Waiting
    let looked: @Sendable () -> Void

    func run(_ arguments: Waiting.Arguments, in job: JobContext) async throws -> NoOutput {
        try await job.poll("never", every: 15...15, atMost: .seconds(3600)) {
            looked()
            return nil as NoOutput?
        }
    }
}
