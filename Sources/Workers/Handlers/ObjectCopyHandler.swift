public import HawserCore
public import HawserJobs
import HawserMetadata
public import HawserQueue
import HawserStorage

/// Copies objects between containers.
public struct ObjectCopyHandler: ServiceHandler {
    /// `object.copy`.
    public typealias Kind = ObjectCopy

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Makes the copy, or finds it made by a run before.
    public func run(_ arguments: ObjectCopy.Arguments, in job: JobContext) async throws -> JSON {
        guard let source = try await services.objects.find(arguments.source, tenant: arguments.sourceTenant) else {
            // The copy may have been made before the source went away.
            if let copy = try await services.objects.find(arguments.object, tenant: arguments.tenant) {
                return copy.fileRecord
            }
            throw JobError.permanent("not_found", "the file to copy is not there any more")
        }
        do {
            let copy = try await services.objects.copy(source, into: arguments.tenant, id: arguments.object) { done in
                // Progress is a courtesy: a copy does not fail because it cannot be told.
                try? await job.progress(["bytes": .int(done), "total": .int(source.size)])
            }
            return copy.fileRecord
        } catch let error as StorageError {
            throw JobError(error)
        }
    }
}
