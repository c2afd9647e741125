public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Scrubs targets.
public struct TargetScrubHandler: ServiceHandler {
    /// `target.scrub`.
    public typealias Kind = TargetScrub

    /// How long fragments are read, in seconds, before it is noted how far it came.
    private static let shift = 30.0

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Reads the target's fragments, round after round.
    public func run(_ arguments: TargetScrub.Arguments, in job: JobContext) async throws -> JSON {
        let scrubbing = TargetScrubbing(services.objects.contents)
        func view(_ sum: TargetScrubbing.Outcome) -> JSON {
            [
                "target": .string(arguments.target), "checked": .int(Int64(sum.checked)),
                "damaged": .int(Int64(sum.damaged)), "bytes": .int(sum.bytes),
            ]
        }
        return try await job.rounds(of: Self.shift, view: view) { last, moment in
            try await scrubbing.round(
                arguments.target,
                after: last,
                until: moment,
                bytesPerSecond: arguments.bytesPerSecond
            )
        }
    }
}
