/// How a job of one kind is done.
///
/// `run` reads like straight-line code and may be run again from the top at any time: after a crash, after a failed
/// attempt, after each wait. What must not happen twice goes into steps (`JobContext.step`); waiting for the outside
/// world is a poll (`JobContext.poll`). Between steps, only compute what comes out the same each time.
///
/// A thrown `JobError` says whether another attempt may help; any other error is taken as one that may. When the
/// job is cancelled or its lease lost, the task is cancelled.
public protocol JobHandler: Sendable {
    /// The kind it does.
    associatedtype Kind: JobKind

    /// Does the job, or goes on with it.
    func run(_ arguments: Kind.Arguments, in job: JobContext) async throws -> Kind.Output
}
