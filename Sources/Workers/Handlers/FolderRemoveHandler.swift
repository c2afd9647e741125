import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Frees what removed folders held.
public struct FolderRemoveHandler: ServiceHandler {
    /// `folder.remove`.
    public typealias Kind = FolderRemove

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Frees what is left of it.
    public func run(_ arguments: FolderRemove.Arguments, in job: JobContext) async throws -> NoOutput {
        try await services.files.empty(arguments.folder, tenant: job.tenant) { count in
            try? await job.progress(["files": .int(Int64(count))])
        }
        return NoOutput()
    }
}
