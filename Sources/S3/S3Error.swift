import HawserHTTP

/// A request that an S3-compatible store refused, or did not answer as one.
public struct S3Error: Error, Sendable, Equatable, CustomStringConvertible {
    /// The method of the request.
    public let method: String
    /// The bucket that was asked.
    public let bucket: String
    /// The key that was asked for; nil for the bucket itself.
    public let key: String?
    /// The HTTP status.
    public let status: Int
    /// The store's name of the error, as `NoSuchKey`; nil when it gave none.
    public let code: String?
    /// The store's words; nil when it gave none.
    public let message: String?
    /// By what the store's operator finds the request in the logs.
    public let requestID: String?

    /// Whether there is no room, by the store's or the account's limits.
    public var isFull: Bool { status == 507 || code == "QuotaExceeded" || code == "InsufficientCapacity" }

    /// The error in one line.
    public var description: String {
        let answer = [code, message.flatMap { $0.isEmpty ? nil : $0 }].compactMap { $0 }.joined(separator: ": ")
        let id = requestID.map { " (request \($0))" } ?? ""
        return "\(method) \(bucket)\(key.map { "/\($0)" } ?? ""): \(status)\(answer.isEmpty ? "" : " \(answer)")\(id)"
    }

    /// The error an answer tells of; its body is XML, or nothing after `HEAD`.
    init(_ method: String, _ bucket: String, _ key: String?, _ response: ClientResponse) {
        let document = XMLElement(document: response.body)
        self.method = method
        self.bucket = bucket
        self.key = key
        status = response.status
        code = document?["Code"]?.text
        message = document?["Message"]?.text
        requestID = response.headers["x-amz-request-id"] ?? document?["RequestId"]?.text
    }

    /// An answer that is not what S3 answers.
    init(_ method: String, _ bucket: String, _ key: String?, status: Int, strange: String) {
        self.method = method
        self.bucket = bucket
        self.key = key
        self.status = status
        code = nil
        message = strange
        requestID = nil
    }
}
