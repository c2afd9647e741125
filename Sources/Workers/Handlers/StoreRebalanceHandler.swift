public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Rebalances the store.
public struct StoreRebalanceHandler: ServiceHandler {
    /// `store.rebalance`.
    public typealias Kind = StoreRebalance

    /// How long fragments are moved, in seconds, before it is noted how far it came.
    private static let shift = 10.0

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Looks at all contents, round after round.
    public func run(_ arguments: StoreRebalance.Arguments, in job: JobContext) async throws -> JSON {
        let rebalancing = StoreRebalancing(services.objects.contents)
        let shift = max(Self.shift, Timestamp.now.seconds(since: job.created) / 20)
        var sum = StoreRebalancing.Outcome()
        for number in 0... {
            let last = sum.last
            let round = try await job.step("round \(number)") {
                try await JobError.storing {
                    try await rebalancing.round(
                        after: last,
                        until: .now + .seconds(shift),
                        bytesPerSecond: arguments.bytesPerSecond
                    )
                }
            }
            sum.checked += round.checked
            sum.moved += round.moved
            sum.bytes += round.bytes
            sum.left += round.left
            sum.last = round.last
            if round.last == nil { break }
            // A courtesy: nothing fails because it cannot be told.
            try? await job.progress(Self.view(sum))
            try await job.poll("rest \(number)", every: 0.05...0.05, first: 0.05) { true }
        }
        return Self.view(sum)
    }

    private static func view(_ sum: StoreRebalancing.Outcome) -> JSON {
        [
            "checked": .int(Int64(sum.checked)), "moved": .int(Int64(sum.moved)), "bytes": .int(sum.bytes),
            "left": .int(Int64(sum.left)),
        ]
    }
}
