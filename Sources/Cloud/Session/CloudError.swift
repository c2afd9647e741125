/// Why a cloud did not do what it was asked.
///
/// `message` and `body` are the cloud's own words, for operators; secrets that were sent are taken out of them.
public struct CloudError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as far as the caller's next step depends on it.
    public enum Kind: Sendable, Hashable {
        /// There is no such thing.
        case notFound
        /// It cannot be done in the state things are in, and waiting alone does not change that.
        case conflict
        /// Something is at work on the same resource; later it can be done.
        case busy
        /// The project may not have more of this.
        case quotaExceeded
        /// Too many requests.
        case tooManyRequests(retryAfter: Duration?)
        /// The service, or a gateway before it, cannot answer now (502, 503, 504).
        case unavailable(retryAfter: Duration?)
        /// The credentials are not accepted.
        case unauthorized
        /// The user may not do this.
        case forbidden
        /// The request is wrong.
        case badRequest
        /// This cloud cannot do it: no endpoint, or a microversion it does not know.
        case unsupported
        /// No answer, or not all of it.
        case unreachable(Cause)
        /// The service failed inside (500 and the like).
        case fault
        /// An answer that is not what the API promises.
        case malformed
    }

    /// Why there was no answer.
    public enum Cause: String, Sendable, Hashable {
        /// The host's name has no address.
        case resolve
        /// The connection was refused or not made in time.
        case connect
        /// The TLS handshake failed or the certificate is not trusted.
        case tls
        /// It took too long.
        case timeout
        /// The connection broke, before the answer or in the middle of it.
        case broken
    }

    /// What was asked.
    public let operation: CloudOperation
    /// What went wrong.
    public let kind: Kind
    /// The status of the answer, when there was one.
    public let status: Int?
    /// The cloud's id of the request (`X-Openstack-Request-Id`).
    public let requestID: String?
    /// The cloud's name for the error, where it has one: `SecurityGroupInUse`, `itemNotFound`.
    public let type: String?
    /// The cloud's message, or what happened when it did not answer.
    public let message: String
    /// The whole body of the answer.
    public let body: String
    /// Whether the request may have been carried out all the same.
    public let mayHaveReached: Bool

    init(
        _ kind: Kind,
        _ operation: CloudOperation,
        message: String,
        status: Int? = nil,
        requestID: String? = nil,
        type: String? = nil,
        body: String = "",
        mayHaveReached: Bool = false
    ) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.status = status
        self.requestID = requestID
        self.type = type
        self.body = body
        self.mayHaveReached = mayHaveReached
    }

    /// Whether the same request may succeed later without anybody changing anything.
    public var isTransient: Bool {
        switch kind {
        case .busy, .tooManyRequests, .unavailable, .unreachable, .fault: true
        // A half or foreign answer (a proxy's page with status 200) is as good as none.
        case .malformed: true
        case .notFound, .conflict, .quotaExceeded, .unauthorized, .forbidden, .badRequest, .unsupported: false
        }
    }

    /// How long the cloud asks to wait before the next try.
    public var retryAfter: Duration? {
        switch kind {
        case .tooManyRequests(let duration), .unavailable(let duration): duration
        default: nil
        }
    }

    /// Whether the cloud said that there is no such thing.
    public var isNotFound: Bool { kind == .notFound }

    /// The error in one line, for operators.
    public var description: String {
        var text = "\(operation): \(message)"
        if let status { text += " (\(status)" } else { text += " (\(kind)" }
        if let type { text += ", \(type)" }
        if let requestID { text += ", \(requestID)" }
        if mayHaveReached { text += ", may have been carried out" }
        return text + ")"
    }
}
