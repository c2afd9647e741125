import Foundation
public import HawserCore
public import HawserQueue

/// Calls an HTTP address until it answers: `webhook.deliver`.
///
/// A 2xx answer is success. 408, 425, 429, 5xx and failures to connect are tried again for a day; `Retry-After` is
/// heeded. Redirects are not followed; any other answer is final. Signed by Standard Webhooks 1.0.
public enum WebhookDeliver: JobKind {
    /// What is called.
    public struct Arguments: Codable, Sendable, Equatable {
        /// `POST` when left out.
        public var method: String?
        /// `http` or `https`, without user and password.
        public var url: String
        /// Sent as given, `authorization` too; never shown.
        public var headers: [String: String]?
        /// A string is sent as it is, anything else as JSON.
        public var body: JSON?
        /// Seconds one call may take, 1 to 120; 30 when left out.
        public var timeoutSeconds: Double?
        /// Whether every answer but 429, 502, 503 and 504 counts as delivered, as it must where the answer is
        /// relayed to somebody who waits for it.
        public var acceptsAnyAnswer: Bool?

        private enum CodingKeys: String, CodingKey {
            case method, url, headers, body
            case timeoutSeconds = "timeout_seconds"
            case acceptsAnyAnswer = "accepts_any_answer"
        }

        /// A call.
        public init(
            method: String? = nil,
            url: String,
            headers: [String: String]? = nil,
            body: JSON? = nil,
            timeoutSeconds: Double? = nil,
            acceptsAnyAnswer: Bool? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeoutSeconds = timeoutSeconds
            self.acceptsAnyAnswer = acceptsAnyAnswer
        }
    }

    /// The answer.
    public struct Output: Codable, Sendable, Equatable {
        /// Its HTTP status.
        public var status: Int
        /// Its `Location`, when it was a redirect.
        public var location: String?
        /// Its `Content-Type`.
        public var contentType: String?
        /// Its body: JSON when it says so and is, else a string; cut at `WebhookDeliver.keptBody` bytes.
        public var body: JSON?

        private enum CodingKeys: String, CodingKey {
            case status, location, body
            case contentType = "content_type"
        }

        /// An answer.
        public init(status: Int, location: String?, contentType: String?, body: JSON?) {
            self.status = status
            self.location = location
            self.contentType = contentType
            self.body = body
        }
    }

    /// `webhook.deliver`.
    public static let name = "webhook.deliver"
    /// `webhook`.
    public static let queue = QueueName(literal: "webhook")
    /// Two seconds to half an hour apart, for a day.
    public static let retry = RetryPolicy(maxAttempts: 64, base: 2, cap: 1800, deadline: 86_400)
    /// Above the longest `timeout_seconds`.
    public static let attemptTimeout = Duration.seconds(150)
    /// Tenants may submit it.
    public static let isOpen = true

    /// The most of an answer's body that is kept, in bytes.
    public static let keptBody = 256 << 10
    /// Methods that may be called.
    public static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Headers that belong to the connection or the signature.
    private static let reserved: Set = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    ]

    /// What is wrong with a call.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        var problems: [ArgumentProblem] = []
        if let method = arguments.method, !methods.contains(method) {
            problems.append(.init("method", "must be one of \(methods.sorted().joined(separator: ", "))"))
        }
        if let problem = problem(inURL: arguments.url) { problems.append(.init("url", problem)) }
        let headers = arguments.headers ?? [:]
        if headers.count > 64 { problems.append(.init("headers", "at most 64")) }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if !isToken(name) {
                problems.append(.init("headers", "\(name.debugDescription) is not a header name"))
            } else if reserved.contains(name.lowercased()) {
                problems.append(.init("headers.\(name)", "is set by the sender"))
            } else if value.utf8.count > 8192
                || value.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 })
            {
                problems.append(.init("headers.\(name)", "must be one line of at most 8192 bytes"))
            }
        }
        if let seconds = arguments.timeoutSeconds, !(1...120).contains(seconds) {
            problems.append(.init("timeout_seconds", "must be 1 to 120"))
        }
        return problems
    }

    /// The shape of a call.
    public static var argumentsSchema: JSON {
        [
            "type": "object", "required": ["url"],
            "properties": [
                "url": ["type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "maxLength": 4096],
                "method": ["type": ["string", "null"], "enum": .array(methods.sorted().map { .string($0) } + [nil])],
                "headers": [
                    "type": ["object", "null"], "maxProperties": 64,
                    "additionalProperties": ["type": "string", "maxLength": 8192],
                ],
                "body": ["description": "A string is sent as it is, anything else as JSON"],
                "timeout_seconds": ["type": ["number", "null"], "minimum": 1, "maximum": 120],
                "accepts_any_answer": ["type": ["boolean", "null"]],
            ],
        ]
    }

    /// What is wrong with an address that is to be called; nil when nothing is.
    public static func problem(inURL text: String) -> String? {
        guard text.utf8.count <= 4096 else { return "must have at most 4096 bytes" }
        guard !text.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 }),
            let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host
        else { return "is not an absolute URL" }
        guard scheme == "http" || scheme == "https" else { return "must begin with http:// or https://" }
        guard !host.isEmpty else { return "has no host" }
        guard url.user == nil, url.password == nil else { return "must not hold a user or password" }
        if let port = url.port, !(1...65_535).contains(port) { return "has no valid port" }
        return nil
    }

    /// The arguments without the values of headers.
    public static func shown(_ arguments: JSON) -> JSON {
        guard var members = arguments.object else { return arguments }
        if let headers = members["headers"]?.object {
            members["headers"] = .object(headers.mapValues { _ in "***" })
        }
        return .object(members)
    }

    /// A header name by RFC 9110, 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
