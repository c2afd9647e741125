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
        let shift = max(Self.shift, Timestamp.now.seconds(since: job.created) / 20)
        var sum = TargetScrubbing.Outcome()
        for number in 0... {
            let last = sum.last
            let round = try await job.step("round \(number)") {
                try await JobError.storing {
                    try await scrubbing.round(
                        arguments.target,
                        after: last,
                        until: .now + .seconds(shift),
                        bytesPerSecond: arguments.bytesPerSecond
                    )
                }
            }
            sum.checked += round.checked
            sum.damaged += round.damaged
            sum.bytes += round.bytes
            sum.last = round.last
            if round.last == nil { break }
            let shown: JSON = ["checked": .int(Int64(sum.checked)), "bytes": .int(sum.bytes)]
            // A courtesy: nothing fails because it cannot be told.
            try? await job.progress(shown)
            try await job.poll("rest \(number)", every: 0.05...0.05, first: 0.05) { true }
        }
        return [
            "target": .string(arguments.target), "checked": .int(Int64(sum.checked)),
            "damaged": .int(Int64(sum.damaged)), "bytes": .int(sum.bytes),
        ]
    }
}
