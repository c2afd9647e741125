import HawserCore
import HawserQueue

/// A job in one line, its columns apart by tabs.
enum JobLine {
    static func text(_ job: JobRecord) -> String {
        let error = job.error.map { "\($0.code): \($0.message)" } ?? ""
        return [
            job.id.text, job.state.rawValue, job.kind, job.queue.text, job.tenant,
            "\(max(job.attempt, 0))/\(job.maxAttempts)", job.created.rfc3339, error,
        ].joined(separator: "\t")
    }
}
