import HawserCore
public import HawserJobs
import HawserMetadata
public import HawserQueue
import HawserStorage

/// Brings files of the server into tenants' trees.
public struct FileImportHandler: ServiceHandler {
    /// `file.import`.
    public typealias Kind = FileImport

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Brings the file, or finds it brought by a run before.
    public func run(_ arguments: FileImport.Arguments, in job: JobContext) async throws -> TransferOutcome {
        let store = services.files
        let run = TransferRun(store: store, job: job)
        let scan = try await run.scan {
            try await store.scan(
                file: arguments.filename,
                object: arguments.object,
                job: job.id.text,
                tenant: job.tenant
            )
        }
        let rule = FileTree.ClashRule(isInteractive: arguments.interactive, isNewVersion: arguments.newversion)
        let context = TransferContext(store, tenant: job.tenant, rule: rule)
        return try await run.run(scan) { try await store.importFile($0, in: context, moved: $1) }
    }
}
