public import HawserCore

/// What handles a request.
///
/// It never fails: errors are turned into responses before.
public typealias Handler = @Sendable (Request) async -> Response

/// A request, its body still to be read.
public struct Request: Sendable {
    /// The client's `X-Request-Id` when it is sane, else a new UUIDv7.
    public let id: String
    /// The method, as sent: `GET`.
    public let method: String
    /// The request target, as sent: `/v1/jobs?state=failed`.
    public let target: String
    /// The path, percent-decoded; an encoded slash is decoded too, so use `segments` to route.
    public let path: String
    /// The path's segments, each percent-decoded: `/a%2Fb/c` has the segments `a/b` and `c`.
    public let segments: [String]
    /// The header fields.
    public var headers: Headers
    /// The client's address, without port.
    public let remoteAddress: String
    /// The body; may be read once.
    public private(set) var body: RequestBody
    /// What the route's template names: `{id}`.
    public var pathParameters: [String: String] = [:]
    /// When the headers were complete.
    public let received: Timestamp

    /// The same request with a body that was read and is to be read once more.
    public func with(body bytes: [UInt8]) -> Request {
        var request = self
        request.body = RequestBody(bytes: bytes)
        return request
    }

    /// The query's pairs in order, decoded as a form (`+` is a space).
    ///
    /// A pair that is not valid UTF-8 or has a broken percent sign is left as sent.
    public var query: [(name: String, value: String)] {
        RequestTarget.query(of: target)
    }

    /// The first value of a name in the query.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// A request made by hand, for tests and for calls within the process.
    public init(
        method: String,
        target: String,
        headers: Headers = [:],
        body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) throws {
        guard let parsed = RequestTarget(target) else {
            throw HTTPError.malformedBody("the request target is not valid")
        }
        self.init(
            id: Self.id(from: headers),
            method: method,
            target: target,
            parsed: parsed,
            headers: headers,
            remoteAddress: remoteAddress,
            body: RequestBody(bytes: body)
        )
    }

    init(
        id: String,
        method: String,
        target: String,
        parsed: RequestTarget,
        headers: Headers,
        remoteAddress: String,
        body: RequestBody
    ) {
        self.id = id
        self.method = method
        self.target = target
        self.path = parsed.path
        self.segments = parsed.segments
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.body = body
        self.received = .now
    }

    /// The id a client gave, when it is short and plain, else a new one.
    static func id(from headers: Headers) -> String {
        guard let given = headers["X-Request-Id"], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy(isPlain)
        else { return UUIDv7.make() }
        return given
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
