import HawserBuckets
import HawserCore
public import HawserJobs
public import HawserQueue

/// Deletes buckets with their files; a run that is cut off is followed by one that removes what is left.
public struct BucketDeleteHandler: ServiceHandler {
    /// `bucket.delete`.
    public typealias Kind = BucketDelete

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Closes the bucket, if whoever submitted the job could not, and removes all that is in it, and then itself.
    public func run(_ arguments: BucketDelete.Arguments, in job: JobContext) async throws -> BucketDelete.Output {
        guard try await services.buckets.close(arguments.bucket, tenant: job.tenant, job: job.id.text) else {
            // An earlier run came to the end.
            return BucketDelete.Output(files: 0)
        }
        let removed = try await services.buckets.delete(arguments.bucket, tenant: job.tenant) { done in
            // A courtesy: the deletion does not fail because it cannot be told.
            try? await job.progress(["files": .int(Int64(done))])
        }
        return BucketDelete.Output(files: removed)
    }
}
