public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Drains targets.
public struct TargetDrainHandler: ServiceHandler {
    /// `target.drain`.
    public typealias Kind = TargetDrain

    /// How long contents are moved, in seconds, before what was done is noted.
    private static let shift = 5.0
    /// How long other processes may take the target for open, in seconds: a round that is to be the last begins later.
    private static let closing = (TargetSet.age + .seconds(1)) / .seconds(1)

    private struct Round: Codable {
        let moved: Int
        let isEmpty: Bool
        let isLast: Bool
    }

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Moves contents off the target, round after round, until nothing is left there.
    public func run(_ arguments: TargetDrain.Arguments, in job: JobContext) async throws -> JSON {
        let contents = services.objects.contents
        let draining = TargetDraining(contents)
        guard try await contents.targets.beginDraining(arguments.target) else {
            throw JobError.permanent("not_found", "there is no target \(arguments.target)")
        }
        // Longer rounds the longer it takes, so that the journal of a job of days stays short.
        let shift = max(Self.shift, Timestamp.now.seconds(since: job.created) / 20)
        var moved = 0
        for number in 0... {
            let before = moved
            let count = Counter(before)
            let round = try await job.step("round \(number)") {
                let isClosed = Timestamp.now.seconds(since: job.created) > Self.closing
                let outcome = try await draining.round(arguments.target, until: .now + .seconds(shift)) {
                    // A courtesy: nothing fails because it cannot be told.
                    try? await job.progress(["moved": .int(Int64(count.next()))])
                }
                guard outcome.moved > 0 || outcome.left == 0 else {
                    let reason = outcome.trouble ?? "\(outcome.left) contents are just being written"
                    throw JobError.retryable("not_drained", "nothing can be moved now: \(reason)")
                }
                return Round(moved: outcome.moved, isEmpty: outcome.left == 0, isLast: outcome.left == 0 && isClosed)
            }
            moved += round.moved
            if round.isLast { break }
            let rest = round.isEmpty ? Self.closing : 0.05
            try await job.poll("rest \(number)", every: 0.05...rest, first: rest) { true }
        }
        return ["target": .string(arguments.target), "moved": .int(Int64(moved))]
    }
}
