import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

/// Reads what `POST /v1/jobs` is sent: one job or a list, checked as far as it can be before anything is accepted.
enum SubmissionReader {
    private static let longestDeadline = 366.0 * 86_400
    private static let mostAttempts: Int64 = 10_000

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - json: the body.
    ///   - tenant: whose jobs they are to be.
    ///   - ids: ids that were given out for the same body before.
    /// - Returns: the submissions, in order.
    /// - Throws: a 422 problem that names every field that is wrong; 413 for too long a list.
    static func read(_ json: JSON, tenant: String, ids: [JobID]? = nil) throws -> [JobSubmission] {
        let list = json.array
        if let list, list.count > JobQueues.batchLimit {
            throw Problem(
                status: 413,
                detail: "A list may have at most \(JobQueues.batchLimit) jobs, not \(list.count)."
            )
        }
        if let list, list.isEmpty {
            throw Problem.invalid([.init(field: "", message: "the list is empty")])
        }
        var jobs: [JobSubmission] = []
        var errors: [Problem.FieldError] = []
        for (index, item) in (list ?? [json]).enumerated() {
            let id = ids.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            var fields = FieldReader(item, prefix: list == nil ? "" : "[\(index)]")
            if let job = job(&fields, tenant, id) { jobs.append(job) }
            errors += fields.errors
            // A list that is wrong all over need not be read to its end to be refused.
            if errors.count >= 100 { break }
        }
        guard errors.isEmpty else { throw Problem.invalid(errors) }
        return jobs
    }

    private static func job(_ fields: inout FieldReader, _ tenant: String, _ id: JobID?) -> JobSubmission? {
        let name = fields.value("kind", "the name of a kind of job", required: true, \.string)
        let arguments = fields.any("arguments") ?? [:]
        let queue = fields.value("queue", "1 to 64 of a-z, 0-9, dot, dash and underscore") {
            $0.string.flatMap { QueueName($0) }
        }
        let priority = fields.value("priority", "a whole number from 0 (last) to 9 (first)") { json in
            json.int.flatMap { JobSubmission.priorities.contains(Int($0)) ? Int($0) : nil }
        }
        let runAt = fields.value("run_at", "an RFC 3339 time") { $0.string.flatMap { Timestamp(rfc3339: $0) } }
        let attempts = fields.value("max_attempts", "a whole number from 1 to \(mostAttempts)") { json in
            json.int.flatMap { (1...mostAttempts).contains($0) ? Int($0) : nil }
        }
        let deadline = fields.value(
            "deadline_seconds",
            "a number of seconds above 0 and at most \(Int(longestDeadline))"
        ) {
            json in
            json.double.flatMap { $0 > 0 && $0 <= longestDeadline ? $0 : nil }
        }
        fields.refuseOthers()
        guard let name else { return nil }
        guard let kind = KindList.named(name), kind.isOpen else {
            let known = KindList.all.filter { $0.isOpen }.map { $0.name }.joined(separator: ", ")
            fields.fail(
                "kind",
                "\(name.prefix(100).debugDescription) is not a kind that can be submitted; these are: \(known)"
            )
            return nil
        }
        for problem in kind.check(arguments) {
            fields.fail(problem.field.isEmpty ? "arguments" : "arguments.\(problem.field)", problem.message)
        }
        if let runAt, let deadline, runAt.seconds(since: .now) >= deadline {
            fields.fail("run_at", "is after the deadline")
        }
        var job = JobSubmission(kind, arguments: arguments, tenant: tenant, queue: queue, id: id)
        if let priority { job.priority = priority }
        if let attempts { job.maxAttempts = attempts }
        if let deadline { job.deadline = deadline }
        job.runAt = runAt
        return job
    }
}
