public import HawserJobs
public import HawserQueue
import HawserStorage

/// Writes folders of tenants to the server.
public struct DirectoryExportHandler: ServiceHandler {
    /// `directory.export`.
    public typealias Kind = DirectoryExport

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Writes all files, or those a run before has not written.
    public func run(_ arguments: DirectoryExport.Arguments, in job: JobContext) async throws -> TransferOutcome {
        let store = services.files
        let run = TransferRun(store: store, job: job)
        let scan = try await run.scan {
            try await store.scan(folder: arguments.parent, job: job.id.text, tenant: job.tenant)
        }
        let context = TransferContext(store, tenant: job.tenant)
        return try await run.run(scan) { try await store.exportFile($0, in: context, moved: $1) }
    }
}
