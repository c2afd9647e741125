import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// What is written into the description of a thing as it is made, so that a later run of the job finds it.
    static func mark(_ job: JobContext) -> String { "hawser_job \(job.id.text)" }

    /// Does a part of a change whose failure has a code of its own.
    static func coded<Value>(_ code: IaaSCode, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as CloudError { throw JobError(error, code: code) }
    }

    /// Removes something; what is gone already is as good as removed.
    static func removing(_ body: () async throws -> Void) async throws {
        try await translating {
            do { try await body() } catch let error as CloudError where error.isNotFound {}
        }
    }
}
