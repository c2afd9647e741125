public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage
import Synchronization

/// Makes staged contents durable.
public struct ObjectEncodeHandler: ServiceHandler {
    /// `object.encode`.
    public typealias Kind = ObjectEncode

    /// How long it is at it, in seconds, before it comes back.
    ///
    /// That shows that it does not kill its workers: a job whose worker dies three times between two rests is given up by
    /// the engine. At least as long as it took so far: what is done is read once more after each rest.
    private static let shift = 30.0

    /// How many a process does at the same time: what is staged is safe and can wait, uploads and callbacks cannot.
    private static let atOnce = 4
    /// How long one waits for his turn with the slot in his hand: small contents take milliseconds, and a slot that is
    /// given back and taken again is more work than they are.
    private static let patience = Duration.milliseconds(250)

    /// From how many bytes on it tells how far it is.
    private static let told: Int64 = 4 << 20

    private let services: Services
    private let turns = Turns(atOnce)

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Lays the content out over targets, or goes on with it, when it is its turn.
    public func run(_ arguments: ObjectEncode.Arguments, in job: JobContext) async throws -> JSON {
        let hasTurn = Atomic(await turns.enter(within: Self.patience))
        defer { if hasTurn.load(ordering: .relaxed) { turns.leave() } }
        if !hasTurn.load(ordering: .relaxed) {
            // The slot is for others meanwhile. Who had his turn and rested may find all taken: then he is one more.
            try await job.poll("turn", every: 0.2...10, first: 0.2, atMost: .seconds(6 * 86_400)) {
                guard await turns.enter(within: Self.patience) else { return nil as Bool? }
                hasTurn.store(true, ordering: .relaxed)
                return true
            }
        }
        let shift = max(Self.shift, Timestamp.now.seconds(since: job.created))
        while true {
            let content = try await JobError.storing {
                try await services.objects.contents.encode(
                    arguments.content,
                    until: .now + .seconds(shift),
                    // Two attempts for what may pass; then a weaker code is better than none.
                    acceptsFewer: job.attempt > 2
                ) { done, total in
                    // A courtesy: nothing fails because it cannot be told. What is done in milliseconds needs none.
                    guard total >= Self.told else { return }
                    try? await job.progress(["bytes": .int(done), "total": .int(total)])
                }
            }
            guard let content else { return ["state": "gone"] }
            if content.state == .staged, let partial = content.partial {
                try await job.poll("rest after \(partial.partitions.count)", every: 0.05...0.05, first: 0.05) { true }
                continue
            }
            guard case .coded(let layout) = content.layout else { return ["state": .string(content.state.rawValue)] }
            return [
                "state": .string(content.state.rawValue), "k": .int(Int64(layout.k)), "m": .int(Int64(layout.m)),
                "partitions": .int(Int64(layout.partitions.count)),
            ]
        }
    }
}
