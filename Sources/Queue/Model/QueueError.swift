/// What the engine itself refuses or cannot do.
public enum QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No queue and no archive knows the job.
    case unknownJob(String)
    /// The job is in a state in which this cannot be done.
    case wrongState(id: String, state: JobState, operation: String)
    /// The lease of a running job was lost: what it does counts no more.
    case leaseLost(id: String)
    /// Redis answered what the scripts never answer, or holds what they never write.
    case corrupt(String)
    /// More jobs at once than one call takes.
    case batchTooLarge(Int)
    /// This Redis may not be used: its settings can lose jobs.
    case unsafeServer(String)

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .unknownJob(let id): "there is no job \(id)"
        case .wrongState(let id, let state, let operation): "job \(id) is \(state.rawValue): cannot \(operation) it"
        case .leaseLost(let id): "the lease of job \(id) was lost"
        case .corrupt(let what): "unreadable \(what) in Redis"
        case .batchTooLarge(let count): "\(count) jobs at once are too many; at most \(JobQueues.batchLimit)"
        case .unsafeServer(let why): "Redis is not safe for jobs: \(why)"
        }
    }
}
