public import HawserCore
public import HawserQueue

/// A kind of job that changes something in a cloud, for seed 004.
///
/// Its result is the seed's reply message as JSON: `code` 200, `msg` and what was read back from the cloud.
public protocol CloudJob: JobKind where Output == JSON {
    /// The code of a failure that has none of its own.
    static var failure: IaaSCode { get }
    /// The codes of requests that are refused for certain arguments, by the arguments' names; others are `badParameter`.
    static var refusals: [String: IaaSCode] { get }
}

extension CloudJob {
    /// None.
    public static var refusals: [String: IaaSCode] { [:] }
    /// The queue `cloud`.
    public static var queue: QueueName { QueueName(literal: "cloud") }
    /// While the cloud does not answer: for an hour, from a second to a minute apart.
    public static var retry: RetryPolicy { RetryPolicy(maxAttempts: 100, base: 1, cap: 60, deadline: 3600) }
    /// Ten minutes: what takes the cloud longer is polled, which is no attempt.
    public static var attemptTimeout: Duration { .seconds(600) }
}

/// What a failed cloud job tells its client beyond the engine's error: `JobError.details`.
public struct IaaSFailureDetails: Codable, Sendable, Equatable {
    /// The seed's code.
    public var code: Int
    /// The HTTP status of its class: 400, 403, 404, 409 or 502.
    public var status: Int

    /// Details.
    public init(code: IaaSCode, status: Int) {
        self.code = code.rawValue
        self.status = status
    }
}
