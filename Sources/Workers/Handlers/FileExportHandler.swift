public import HawserJobs
public import HawserQueue
import HawserStorage

/// Writes files of tenants to the server.
public struct FileExportHandler: ServiceHandler {
    /// `file.export`.
    public typealias Kind = FileExport

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Writes the file, again when a run before has not noted that it did.
    public func run(_ arguments: FileExport.Arguments, in job: JobContext) async throws -> TransferOutcome {
        let store = services.files
        let run = TransferRun(store: store, job: job)
        let scan = try await run.scan {
            let content = try await store.object(
                sha1: arguments.filehash,
                size: arguments.filesize,
                tenant: job.tenant
            )
            return try await store.scan(
                file: arguments.filename,
                content: content,
                job: job.id.text,
                tenant: job.tenant
            )
        }
        let context = TransferContext(store, tenant: job.tenant)
        return try await run.run(scan) { try await store.exportFile($0, in: context, moved: $1) }
    }
}
