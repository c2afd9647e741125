public import HawserMetadata

/// Who sees to it that jobs about contents are done: submits them to the queue, which this room knows nothing of.
public protocol ContentErrands: Sendable {
    /// An id for a job to be.
    func newJob() -> String

    /// Submits the job `content.job`: the one that makes a staged content durable, or repairs a degraded one.
    ///
    /// - Parameters:
    ///   - content: the content.
    ///   - isRepeat: whether it may have been submitted before; then it is not done twice.
    /// - Throws: what the queue throws when it does not answer.
    func submit(_ content: StoredContent, isRepeat: Bool) async throws

    /// Whether a job is over, or was never heard of: then nobody is at it.
    ///
    /// - Throws: what the queue throws when it does not answer.
    func isOver(_ job: String) async throws -> Bool
}
