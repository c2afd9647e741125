public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Repairs contents.
public struct ObjectRepairHandler: ServiceHandler {
    /// `object.repair`.
    public typealias Kind = ObjectRepair

    /// How long a target that does not answer is waited for, in seconds, before what it keeps is made anew elsewhere.
    private static let patience = 900.0

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Reads every fragment and makes those anew that are lost or damaged.
    public func run(_ arguments: ObjectRepair.Arguments, in job: JobContext) async throws -> JSON {
        let repair = try await JobError.storing {
            try await services.objects.contents.repair(
                arguments.content,
                givesUp: Timestamp.now.seconds(since: job.created) > Self.patience
            ) { done, total in
                // A courtesy: nothing fails because it cannot be told.
                try? await job.progress(["bytes": .int(done), "total": .int(total)])
            }
        }
        guard repair.unreachable == 0 else {
            throw JobError.retryable("unreachable", "\(repair.unreachable) fragments are on targets that do not answer")
        }
        return [
            "state": .string(repair.state?.rawValue ?? "gone"), "checked": .int(Int64(repair.checked)),
            "repaired": .int(Int64(repair.repaired)),
        ]
    }
}
