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
        return try await job.rounds(of: Self.shift, view: Self.view) { last, moment in
            try await rebalancing.round(after: last, until: moment, bytesPerSecond: arguments.bytesPerSecond)
        }
    }

    private static func view(_ sum: StoreRebalancing.Outcome) -> JSON {
        [
            "checked": .int(Int64(sum.checked)), "moved": .int(Int64(sum.moved)), "bytes": .int(sum.bytes),
            "left": .int(Int64(sum.left)),
        ]
    }
}
