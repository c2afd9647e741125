import HawserBuckets
public import HawserCore
public import HawserHTTP
import HawserQueue

/// The REST front: all routes over one backend.
///
/// A slow request is validated, accepted as a job and answered `202`; everything else is answered at once.
public struct Front: Sendable {
    private let backend: Backend
    private let router: Router
    /// The description of all routes, as `/openapi.json` gives it.
    public let description: JSON

    /// The front of a backend.
    public init(_ backend: Backend) {
        self.backend = backend
        let authenticator = Authenticator(tenants: backend.tenants, adminKey: backend.configuration.adminKey)
        var common = [SubmitRoute(backend: backend).endpoint]
        common += JobRoutes(backend: backend).endpoints
        common.append(JobEventsRoute(backend: backend).endpoint)
        common += TenantRoutes(backend: backend).endpoints
        common += ObjectRoutes(backend: backend).endpoints
        common += TargetRoutes(backend: backend).endpoints
        common += HealthRoutes(backend: backend).endpoints
        let dialect = SessionDialect(backend: backend).endpoints
        let cloud = IaaSDialect(backend: backend).endpoints.map(PlatformGate(backend.configuration).guarding)
        let buckets = BucketDialect(backend: backend).endpoints
        let files = FileStoreDialect(backend: backend)
        common.append(PaymentRoute(orders: files.orders).endpoint)
        let document = DescriptionBox()
        common.append(Self.describing { document.json })
        let description = OpenAPIDocument.json(common + dialect + cloud + buckets + files.endpoints)
        document.json = description
        self.description = description

        var router = Router(onError: { ErrorAnswer.response($0, $1) })
        for endpoint in common { Self.add(endpoint, to: &router, authenticator) }
        var sessions = Router(onError: { SessionFailure.response($0, $1) })
        for endpoint in dialect {
            Self.add(endpoint, to: &sessions, authenticator)
            // What a browser asks before it sends a form across origins.
            sessions.on("OPTIONS", endpoint.template) { _ in SessionDialect.dressed(Response(status: 204)) }
        }
        router.mount(SessionDialect.prefix, sessions)
        var iaas = Router(onError: { IaaSFailure.response($0, $1) })
        for endpoint in cloud { Self.add(endpoint, to: &iaas, authenticator) }
        router.mount(IaaSDialect.prefix, iaas)
        var storages = Router(onError: { BucketFailure.response($0, $1) })
        for endpoint in buckets { Self.add(endpoint, to: &storages, authenticator) }
        router.mount(BucketDialect.prefix, storages)
        for prefix in FileStoreDialect.prefixes {
            var store = Router(onError: { StoreFailure.response($0, $1) })
            for endpoint in files.endpoints where endpoint.template.hasPrefix(prefix + "/") {
                Self.add(endpoint, to: &store, authenticator)
            }
            router.mount(prefix, store)
        }
        self.router = router
    }

    /// The routes there are, the preflight ones of dialects included.
    public var routes: [(method: String, template: String)] { router.routes }

    /// Answers a request.
    public func handle(_ request: Request) async -> Response {
        var response = await router.handle(request)
        response.headers["X-Request-Id"] = request.id
        return response
    }

    /// Works beside the server until the task is cancelled: follows events, submits what a dead process left.
    public func runBeside() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await backend.feed.run() }
            group.addTask { await Callback(backend: backend).sweep() }
            group.addTask { await BucketSweep(backend.buckets).run() }
            group.addTask { await FileStoreDialect(backend: backend).sweep() }
        }
    }

    private static func add(_ endpoint: Endpoint, to router: inout Router, _ authenticator: Authenticator) {
        router.on(endpoint.method, endpoint.template) { request in
            let caller = try await authenticator.caller(of: request, for: endpoint.access)
            return try await endpoint.handle(request, caller)
        }
    }

    private static func describing(_ document: @escaping @Sendable () -> JSON) -> Endpoint {
        Endpoint(
            method: "GET",
            template: "/openapi.json",
            summary: "The description of all routes",
            access: .open,
            answers: [.init(status: 200, help: "An OpenAPI document", schema: ["type": "object"])]
        ) { _, _ in .json(200, document()) }
    }
}
