import HawserCore

/// An error as a client sees it: a problem details object (RFC 9457).
public struct Problem: Error, Sendable, CustomStringConvertible {
    /// What is wrong with one field of the request.
    public struct FieldError: Sendable, Hashable {
        /// The field, as a path: `arguments.url`.
        public let field: String
        /// What is wrong with it.
        public let message: String

        /// Names the field and what is wrong with it.
        public init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    /// A URI that names the kind of problem; `about:blank` when the status says it all.
    public var type: String
    /// The kind of problem in a few words, the same each time.
    public var title: String
    /// The status of the response.
    public var status: Int
    /// What happened this time.
    public var detail: String?
    /// What is wrong, field by field.
    public var errors: [FieldError]
    /// More header fields of the response: `Retry-After`, `WWW-Authenticate`.
    public var headers: Headers
    /// A URI that names this occurrence.
    public var instance: String?

    /// A problem; its title is the status's phrase unless given.
    public init(
        status: Int,
        title: String? = nil,
        detail: String? = nil,
        type: String = "about:blank",
        errors: [FieldError] = [],
        headers: Headers = [:],
        instance: String? = nil
    ) {
        self.type = type
        self.title = title ?? Self.phrase(of: status)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.instance = instance
    }

    /// The problem in one line.
    public var description: String {
        "\(status) \(title)\(detail.map { ": \($0)" } ?? "")"
    }

    /// The response that carries this problem as `application/problem+json`.
    public func response(requestID: String) -> Response {
        var members: [String: JSON] = [
            "type": .string(type), "title": .string(title), "status": .int(Int64(status)),
            "request_id": .string(requestID),
        ]
        if let detail { members["detail"] = .string(detail) }
        if let instance { members["instance"] = .string(instance) }
        if !errors.isEmpty {
            members["errors"] = .array(
                errors.map { .object(["field": .string($0.field), "message": .string($0.message)]) }
            )
        }
        var headers = headers
        headers["Content-Type"] = "application/problem+json"
        return .json(status, .object(members), headers: headers)
    }

    /// The same, with the id in the header, too.
    func taggedResponse(requestID: String) -> Response {
        var response = response(requestID: requestID)
        response.headers["X-Request-Id"] = requestID
        return response
    }

    /// The reason phrase of a status (RFC 9110, RFC 6585).
    static func phrase(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 422: "Unprocessable Content"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 507: "Insufficient Storage"
        default: "Error"
        }
    }
}
