public import HawserCore

/// A request to a service of a cloud.
public struct CloudCall: Sendable {
    /// The method: `GET`.
    public var method: String
    /// The service.
    public var service: CloudService
    /// The path below the service's endpoint, percent-encoded: `/servers/detail`.
    public var path: String
    /// The query, not yet encoded.
    public var query: [(name: String, value: String)]
    /// The body.
    public var body: JSON?
    /// The microversion to ask for; a lower one set in `clouds.yaml` wins.
    public var microversion: Microversion?
    /// How long all of it may take; nil takes the session's.
    public var timeout: Duration?
    /// Texts of the body that must not come back in an error.
    public var secrets: [Secret]

    /// A request.
    public init(
        _ method: String,
        _ service: CloudService,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil,
        microversion: Microversion? = nil,
        timeout: Duration? = nil,
        secrets: [Secret] = []
    ) {
        self.method = method
        self.service = service
        self.path = path
        self.query = query
        self.body = body
        self.microversion = microversion
        self.timeout = timeout
        self.secrets = secrets
    }

    var operation: CloudOperation { CloudOperation(method: method, service: service, path: path) }
}
