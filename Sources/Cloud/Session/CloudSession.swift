public import HawserCore
public import HawserHTTP
import Synchronization

/// One user of one cloud in one region: keeps a token, knows the endpoints, sends requests.
///
/// The token is had once for all who need it, renewed before its end, and renewed once when a service answers 401. It is
/// good in all regions: sessions of one user may share it.
/// Requests are not tried again otherwise; that is the caller's matter. Tokens and passwords are never logged.
public final class CloudSession: Sendable {
    /// The cloud, the user, the region.
    public let settings: CloudSettings
    /// How long requests may take.
    public let limits: CloudLimits
    let client: HTTPClient
    let log: Log
    let login: CloudLogin
    private let sent = Atomic<Int>(0)

    /// A session; it sends nothing before it is used.
    ///
    /// - Parameters:
    ///   - settings: the cloud, the user, the region.
    ///   - client: sends the requests; may be shared by all sessions.
    ///   - limits: how long requests may take.
    ///   - log: gets one line of level debug for each request.
    public convenience init(
        _ settings: CloudSettings,
        client: HTTPClient,
        limits: CloudLimits = CloudLimits(),
        log: Log = Log("cloud")
    ) {
        self.init(settings, client: client, limits: limits, log: log, login: CloudLogin())
    }

    /// The same with a token that others use too.
    init(_ settings: CloudSettings, client: HTTPClient, limits: CloudLimits, log: Log, login: CloudLogin) {
        self.settings = settings
        self.login = login
        self.client = client
        self.limits = limits
        self.log = log.with(["cloud": settings.name, "user": settings.credentials.subject])
    }

    /// How many requests were sent so far, those for tokens included.
    public var requestCount: Int { sent.load(ordering: .relaxed) }

    func count() {
        sent.add(1, ordering: .relaxed)
    }

    /// Where a service answers, with the version of its API and without a slash at its end.
    ///
    /// - Throws: `CloudError` with the kind `unsupported` when the catalogue has no such service in this region; what
    ///   `token` throws.
    public func endpoint(of service: CloudService) async throws -> String {
        let set = settings.services[service]
        let token = try await token()
        if let url = set?.endpoint { return EndpointURL.base(url, for: service, projectID: token.projectID) }
        let region = set?.region ?? settings.region
        let interface = set?.interface ?? settings.interface
        let found = token.catalog.endpoint(of: service, region: region, interface: interface, type: set?.type)
        if let found { return EndpointURL.base(found.url, for: service, projectID: token.projectID) }
        // Keystone is where the token came from, whatever its catalogue says or leaves out.
        if service == .identity { return identityURL }
        throw CloudError(
            .unsupported,
            CloudOperation(method: "GET", service: service, path: ""),
            message: "the catalogue has no \(interface.rawValue) endpoint of \(service.rawValue)"
                + (region.map { " in the region \($0)" } ?? "")
        )
    }

    var identityURL: String {
        EndpointURL.base(settings.credentials.authURL, for: .identity, projectID: nil)
    }
}
