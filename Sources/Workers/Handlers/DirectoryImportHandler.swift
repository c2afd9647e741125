import HawserCore
public import HawserJobs
import HawserMetadata
public import HawserQueue
import HawserStorage

/// Brings directories of the server into tenants' trees.
public struct DirectoryImportHandler: ServiceHandler {
    /// `directory.import`.
    public typealias Kind = DirectoryImport

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Brings all files, or those a run before has not brought.
    public func run(_ arguments: DirectoryImport.Arguments, in job: JobContext) async throws -> TransferOutcome {
        let store = services.files
        let run = TransferRun(store: store, job: job)
        let rule = FileTree.ClashRule(isInteractive: arguments.interactive, isNewVersion: arguments.newversion)
        let context = TransferContext(store, tenant: job.tenant, rule: rule)
        let scan = try await run.scan {
            try await store.scan(
                directory: arguments.parent,
                job: job.id.text,
                tenant: job.tenant,
                context: context
            )
        }
        return try await run.run(scan) { try await store.importFile($0, in: context, moved: $1) }
    }
}
