import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// What is written into the description of a thing as it is made, so that a later run of the job finds it.
    static func mark(_ job: JobContext) -> String { "hawser_job \(job.id.text)" }

    /// Removes something; what is gone already is as good as removed.
    static func removing(_ body: () async throws -> Void) async throws {
        try await translating {
            do { try await body() } catch let error as CloudError where error.isNotFound {}
        }
    }
}
