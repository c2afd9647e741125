import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

/// A change of seed 004 that was asked for.
struct IaaSChange<Arguments: Sendable>: Sendable {
    /// What is to be done.
    let arguments: Arguments
    /// Whose job it is.
    let tenant: String
    /// The request's body, as it came.
    let body: [UInt8]
}

extension IaaSDialect {
    /// Accepts a change as a job.
    ///
    /// `202` with the job; with `Prefer: wait=N` and a job that is over in time, `200` with the seed's reply message, or
    /// the failure's `code` and `msg` with the status of its class.
    ///
    /// - Parameters:
    ///   - kind: the kind of job.
    ///   - change: what is to be done; its arguments were checked.
    ///   - request: the client's request.
    ///   - dress: what is done to the reply message before it is shown.
    ///   - check: throws when the change cannot be made now.
    /// - Returns: the answer.
    /// - Throws: what `check` throws; a problem with a header; `RedisUnavailable`.
    func accept<Kind: CloudJob>(
        _ kind: Kind.Type,
        _ change: IaaSChange<Kind.Arguments>,
        _ request: Request,
        dress: (JSON) throws -> JSON,
        check: () async throws -> Void
    ) async throws -> Response {
        let wait = try JobAnswers.preferredWait(request)
        let submitting = IdempotentSubmission(
            backend: backend,
            tenant: change.tenant,
            request: request,
            body: change.body
        )
        let (jobs, at) = try await submitting.submit(check: check) { ids in
            [try JobSubmission(kind, change.arguments, tenant: change.tenant, id: ids?.first)]
        }
        let accepted = JobView.accepted(jobs[0], at: at)
        guard let wait else { return JobAnswers.accepted(accepted) }
        let found = try await backend.queues.wait(for: accepted.id, feed: backend.feed, atMost: .seconds(wait))
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
