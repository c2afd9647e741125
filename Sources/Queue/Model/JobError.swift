public import HawserCore

/// Why an attempt of a job failed, and what the engine is to make of it.
///
/// A handler throws it. Any other error a handler throws is taken as one that may be tried again.
public struct JobError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// A short name for programs: `timeout`, `refused_address`, `poison`.
    public var code: String
    /// A sentence for people, without secrets.
    public var message: String
    /// More for programs.
    public var details: JSON?
    /// More for operators, which the job's owner is not shown: what a system behind this one said.
    public var operatorDetails: JSON?
    /// Whether another attempt may help; not part of the stored error.
    public var isRetryable: Bool
    /// How long to wait at least before the next attempt, in seconds, when the other side said so.
    public var retryAfter: Double?
    /// How many failures like this end an undo, as of what is most likely not going to pass.
    ///
    /// Nil: as many as of any failure that may be tried again, else one. Not part of the stored error.
    public var undoTries: Int?
    /// Whether what was begun outside did nothing and is over, as when it was refused; not part of the stored error.
    ///
    /// Of a step that failed so nothing can turn up later.
    public var leavesNothing = false

    private enum CodingKeys: String, CodingKey {
        case code, message, details
        case operatorDetails = "operator"
    }

    /// An error that another attempt may mend.
    public static func retryable(
        _ code: String,
        _ message: String,
        after seconds: Double? = nil,
        details: JSON? = nil,
        operatorDetails: JSON? = nil
    ) -> JobError {
        JobError(code, message, details, operatorDetails, isRetryable: true, retryAfter: seconds)
    }

    /// An error that no further attempt will mend.
    public static func permanent(
        _ code: String,
        _ message: String,
        details: JSON? = nil,
        operatorDetails: JSON? = nil
    ) -> JobError {
        JobError(code, message, details, operatorDetails, isRetryable: false, retryAfter: nil)
    }

    private init(
        _ code: String,
        _ message: String,
        _ details: JSON?,
        _ operatorDetails: JSON?,
        isRetryable: Bool,
        retryAfter: Double?
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.operatorDetails = operatorDetails
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }

    /// Reads a stored error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        message = try container.decode(String.self, forKey: .message)
        details = try container.decodeIfPresent(JSON.self, forKey: .details)
        operatorDetails = try container.decodeIfPresent(JSON.self, forKey: .operatorDetails)
        isRetryable = false
        retryAfter = nil
    }

    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}
