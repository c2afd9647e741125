/// A request to another server.
public struct ClientRequest: Sendable {
    /// The body of a request.
    public enum Body: Sendable {
        /// No body.
        case none
        /// Bytes in memory.
        case bytes([UInt8])
        /// So many bytes, asked for piece by piece as they are sent; nil means the end.
        case stream(length: Int64, @Sendable () async throws -> [UInt8]?)
    }

    /// The method: `GET`.
    public var method: String
    /// The URL, with scheme http or https and without user name or password.
    public var url: String
    /// The header fields.
    public var headers: Headers
    /// The body.
    public var body: Body
    /// How long name resolution, connection and TLS may take.
    public var connectTimeout: Duration
    /// How long all of it may take; nil sets no limit.
    public var timeout: Duration?
    /// How long nothing may be sent or received once there is a connection; looked at five times a second.
    public var idleTimeout: Duration
    /// The longest body `send` takes; a longer one fails.
    public var maxResponseBytes: Int
    /// Which addresses it may go to.
    public var addresses: AddressPolicy
    /// Whom it trusts; the client's own `caFile` counts where this names none.
    public var tls: ClientTLS
    /// Whether it may be sent a second time when a kept connection turns out dead before any answer.
    ///
    /// False for what must not be done twice: the other side may have read the first one. It then fails with the kind
    /// `send` or `receive` instead. Looked at for bodies in memory and empty ones.
    public var isRepeatable: Bool

    /// A request with the usual limits.
    public init(
        method: String = "GET",
        url: String,
        headers: Headers = [:],
        body: Body = .none,
        connectTimeout: Duration = .seconds(10),
        timeout: Duration? = .seconds(60),
        idleTimeout: Duration = .seconds(30),
        maxResponseBytes: Int = 16 << 20,
        addresses: AddressPolicy = .any,
        tls: ClientTLS = ClientTLS(),
        isRepeatable: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.maxResponseBytes = maxResponseBytes
        self.addresses = addresses
        self.tls = tls
        self.isRepeatable = isRepeatable
    }
}
