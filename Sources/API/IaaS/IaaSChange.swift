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
        let submitting = IdempotentSubmission(
            backend: backend,
            tenant: change.tenant,
            request: request,
            body: change.body
        )
        return try await JobAnswers(backend: backend).submit(for: request) { job in
            switch job.state {
            case .succeeded: .json(200, try dress(job.result ?? .null))
            case .failed, .cancelled: IaaSFailure(job).response(request)
            default: JobAnswers.accepted(job)
            }
        } begin: {
            let (jobs, at) = try await submitting.submit(check: check) { ids in
                [try JobSubmission(kind, change.arguments, tenant: change.tenant, id: ids?.first)]
            }
            return JobView.accepted(jobs[0], at: at)
        }
    }
}
