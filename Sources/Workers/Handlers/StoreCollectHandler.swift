public import HawserCore
public import HawserJobs
public import HawserQueue
import HawserStorage

/// Collects what crashes left of the store.
public struct StoreCollectHandler: ServiceHandler {
    /// `store.collect`.
    public typealias Kind = StoreCollect

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Removes dying contents, submits missing jobs, and removes unnamed files, place by place.
    public func run(_ arguments: StoreCollect.Arguments, in job: JobContext) async throws -> JSON {
        let collection = StoreCollection(services.objects.contents, pieces: services.files.pieces)
        let moment = job.created.adding(seconds: -arguments.olderThan)
        var sum = try await job.step("dying") { try await collection.removeDying() }
        sum = sum + (try await job.step("jobs") { try await collection.submitJobs(storedBefore: moment) })
        sum.files += try await job.step("pieces") { try await collection.removePieces() }
        var silent: [JSON] = []
        for place in try await job.step("places", { try await collection.places() }) {
            do {
                sum.files += try await job.step("files of \(place.isEmpty ? "the staging area" : place)") {
                    try await collection.removeUnnamed(in: place, storedBefore: moment)
                }
            } catch let error as StorageError {
                // The next collection finds what is left there.
                Log("collect").warning("a target cannot be collected", ["target": place, "error": "\(error)"])
                silent.append(.string(place))
            }
        }
        return [
            "contents": .int(Int64(sum.contents)), "files": .int(Int64(sum.files)), "jobs": .int(Int64(sum.jobs)),
            "silent": .array(silent),
        ]
    }
}
