import HawserCore
import HawserHTTP
import HawserJobs

/// What stands before the routes of seed 004 that tenants call, after tenant and key have been checked: the second half
/// of the seed's `APIAuth`, and the record of who asked for a change.
///
/// Where a platform is configured, every request must name the platform's user, and the platform is asked about the
/// resources that a request names. Fails closed: without an answer the request is refused.
struct PlatformGate: Sendable {
    /// Names the platform's user: the seed's `platform_userid`.
    static let header = "X-Platform-User"

    private let check: PlatformCheck?
    private let maxBodyBytes: Int
    private let log = Log("platform")

    /// The gate of a configuration.
    init(_ configuration: Configuration) {
        maxBodyBytes = configuration.maxBodyBytes
        check = configuration.platformURL.flatMap { url in
            configuration.platformSecret.map { secret in
                PlatformCheck(
                    url: url.revealed,
                    secret: secret,
                    holds: .seconds(configuration.platformCacheSeconds)
                )
            }
        }
    }

    /// The endpoint behind the gate; one that is not for tenants stays as it is.
    func guarding(_ endpoint: Endpoint) -> Endpoint {
        guard endpoint.access == .tenant else { return endpoint }
        var endpoint = endpoint
        let (hasBody, handle) = (endpoint.body != nil, endpoint.handle)
        endpoint.parameters.append(
            .init(
                name: Self.header,
                place: .header,
                help: "The user of the cloud platform; required where the platform is asked for permission",
                schema: ["type": "string", "minLength": 1, "maxLength": 255]
            )
        )
        endpoint.handle = { request, caller in
            let user = try user(request)
            var request = request
            if let user, check != nil { request = try await passed(request, caller, user, hasBody: hasBody) }
            let response = try await handle(request, caller)
            if let user, let job = response.headers["location"] { note(user, request, caller, job) }
            return response
        }
        return endpoint
    }

    /// The user that the request names.
    ///
    /// - Throws: a 400 problem when it must name one and does not, or what it names cannot be one.
    private func user(_ request: Request) throws -> String? {
        guard let user = request.headers[Self.header], !user.isEmpty else {
            guard check == nil else { throw Problem(status: 400, detail: "the header \(Self.header) is required") }
            return nil
        }
        let isClean = user.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean, user.unicodeScalars.count <= 255 else {
            throw Problem(
                status: 400,
                detail: "the header \(Self.header) must have 1 to 255 characters and none for control"
            )
        }
        return user
    }

    /// Asks about what the request names, and answers the request with its body to be read once more.
    private func passed(_ request: Request, _ caller: Caller, _ user: String, hasBody: Bool) async throws -> Request {
        guard let check else { return request }
        var (request, body) = (request, JSON?.none)
        if hasBody {
            let (json, bytes) = try await request.jsonAndBytes(upTo: maxBodyBytes)
            (request, body) = (request.with(body: bytes), json)
        }
        let named = try NamedResources(path: request.pathParameters, query: request.query, body: body)
        guard !named.ids.isEmpty else { return request }
        let question = PlatformCheck.Question(tenant: try caller.tenantID(), user: user, resources: named.ids)
        let isAllowed: Bool
        do {
            isAllowed = try await check.allows(question)
        } catch let error as PlatformCheck.Silence {
            log.warning("the platform does not say", ["request_id": request.id, "error": error])
            throw IaaSFailure(
                .apiAuth,
                status: 503,
                "the cloud platform does not say whether this is allowed, try again later",
                headers: ["Retry-After": "1"]
            )
        }
        guard isAllowed else {
            log.info("refused", ["request_id": request.id, "tenant": question.tenant, "platform_user": user])
            throw IaaSFailure(.apiAuth, status: 403, "the cloud platform does not allow its user this")
        }
        return request
    }

    /// Writes down who asked for a change.
    private func note(_ user: String, _ request: Request, _ caller: Caller, _ job: String) {
        log.info(
            "asked for",
            [
                "request_id": request.id, "tenant": (try? caller.tenantID()) ?? "-", "platform_user": user,
                "job": job.split(separator: "/").last.map(String.init) ?? job,
            ]
        )
    }
}
