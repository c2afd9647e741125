public import HawserCore

/// Writes the body of a response while it is sent.
public typealias ResponseStream = @Sendable (ResponseWriter) async throws -> Void

/// The body of a response.
public enum ResponseBody: Sendable {
    /// No body.
    case none
    /// Bytes in memory.
    case bytes([UInt8])
    /// A part of a file.
    case file(FileRegion)
    /// Bytes that are made while they are sent; without a length they go in chunks.
    case stream(length: Int64?, ResponseStream)

    /// The body's length, when it is known.
    public var length: Int64? {
        switch self {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(let region): region.length
        case .stream(let length, _): length
        }
    }
}

/// What a handler answers.
///
/// `Content-Length`, `Transfer-Encoding` and `Date` are the server's to set; those given here are dropped.
public struct Response: Sendable {
    /// The status, 200 to 599.
    public var status: Int
    /// The header fields.
    public var headers: Headers
    /// The body; of an answer to HEAD only its length is used.
    public var body: ResponseBody

    /// A response.
    public init(status: Int, headers: Headers = [:], body: ResponseBody = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON body.
    public static func json(_ status: Int = 200, _ json: JSON, headers: Headers = [:]) -> Response {
        Response(status: status, type: "application/json", headers: headers, bytes: json.bytes)
    }

    /// A body of UTF-8 text.
    public static func text(_ text: String, status: Int = 200, headers: Headers = [:]) -> Response {
        Response(status: status, type: "text/plain; charset=utf-8", headers: headers, bytes: Array(text.utf8))
    }

    private init(status: Int, type: String, headers: Headers, bytes: [UInt8]) {
        var headers = headers
        if headers["Content-Type"] == nil { headers.add("Content-Type", type) }
        self.init(status: status, headers: headers, body: .bytes(bytes))
    }
}
