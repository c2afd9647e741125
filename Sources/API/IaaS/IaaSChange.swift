import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

/// How a change of seed 004 is accepted and answered.
///
/// `202` with the job; with `Prefer: wait=N` and a job that is over in time, `200` with the seed's reply message, or
/// the failure's `code` and `msg` with the status of its class.
struct IaaSChange: Sendable {
    let backend: Backend

    /// Accepts a change as a job.
    ///
    /// - Parameters:
    ///   - kind: the kind of job.
    ///   - arguments: what is to be done.
    ///   - tenant: whose job it is.
    ///   - request: the client's request.
    ///   - dress: what is done to the reply message before it is shown.
    /// - Returns: the answer.
    /// - Throws: a problem when the arguments are wrong; `RedisUnavailable`.
    func accept<Kind: CloudJob>(
        _ kind: Kind.Type,
        _ arguments: Kind.Arguments,
        tenant: String,
        _ request: Request,
        dress: (JSON) throws -> JSON = { $0 }
    ) async throws -> Response {
        let problems = kind.problems(in: arguments)
        guard problems.isEmpty else {
            throw Problem.invalid(problems.map { .init(field: $0.field, message: $0.message) })
        }
        let wait = try JobAnswers.preferredWait(request)
        let submission = try JobSubmission(kind, arguments, tenant: tenant)
        try await backend.queues.enqueue([submission])
        backend.recent.note(submission.id, of: tenant)
        let accepted = JobView.accepted(submission, at: .now)
        guard let wait else { return JobAnswers.accepted(accepted) }
        let found = try await backend.queues.wait(for: submission.id, feed: backend.feed, atMost: .seconds(wait))
        let job = found ?? accepted
        var response: Response
        switch job.state {
        case .succeeded: response = .json(200, try dress(job.result ?? .null))
        case .failed, .cancelled: response = IaaSFailure(job).response(request)
        default: response = JobAnswers.accepted(job)
        }
        response.headers["Preference-Applied"] = "wait=\(Int(wait))"
        response.headers["Location"] = JobAnswers.location(job.id)
        return response
    }
}
