import HawserCore

/// Finds the handler of a request by its method and path.
///
/// Templates are made of literal segments and parameters that take one segment: `/v1/jobs/{id}`; the last segment may be
/// a parameter that takes all the rest: `/v1/files/{path...}`. A literal is preferred to a parameter. A trailing slash of
/// the request's path is ignored.
public struct Router: Sendable {
    /// A handler that may fail; the router turns errors into responses.
    public typealias Route = @Sendable (Request) async throws -> Response
    /// Turns an error into a response.
    public typealias ErrorMapper = @Sendable (any Error, Request) -> Response

    private struct Node {
        var literals: [String: Node] = [:]
        var parameter: [Node] = []
        var rest: [Node] = []
        var methods: [String: (names: [String], handler: Route)] = [:]
        var mount: [Mount] = []
    }

    private struct Mount {
        let router: Router
    }

    private var root = Node()
    private let mapper: ErrorMapper
    /// The routes, in the order they were added, those of mounted routers included.
    public private(set) var routes: [(method: String, template: String)] = []

    /// A router without routes.
    ///
    /// - Parameter onError: makes the response for what a handler throws, and for the problems 404 and 405 of the router
    ///   itself; the default is `Router.problem`.
    public init(onError: @escaping ErrorMapper = { Router.problem($0, $1) }) {
        mapper = onError
    }

    /// Adds a route.
    ///
    /// GET routes also answer HEAD. The later of two equal routes counts.
    public mutating func on(_ method: String, _ template: String, _ handler: @escaping Route) {
        routes.append((method: method, template: template))
        var names: [String] = []
        Self.insert(&root, Self.parts(template)[...], &names) { node, names in
            node.methods[method] = (names: names, handler: handler)
        }
    }

    /// Hands all paths under a prefix of literal segments to another router, with its own way to show errors.
    ///
    /// The other router sees the whole path and its templates are written in full. Routes of this router come first.
    public mutating func mount(_ prefix: String, _ router: Router) {
        routes += router.routes
        var names: [String] = []
        Self.insert(&root, Self.parts(prefix)[...], &names) { node, _ in
            node.mount.append(Mount(router: router))
        }
    }

    /// Answers a request; never fails.
    public func handle(_ request: Request) async -> Response {
        var segments = request.segments[...]
        if let last = segments.last, last.isEmpty { segments.removeLast() }
        var found: [(node: Node, values: [String])] = []
        var mounted: Router?
        Self.find(root, segments, [], &found, &mounted)
        for (node, values) in found {
            guard let match = node.methods[request.method] ?? (request.method == "HEAD" ? node.methods["GET"] : nil)
            else { continue }
            var request = request
            for (name, value) in zip(match.names, values) { request.pathParameters[name] = value }
            do {
                return try await match.handler(request)
            } catch {
                return mapper(error, request)
            }
        }
        if let mounted { return await mounted.handle(request) }
        guard !found.isEmpty else { return mapper(Problem(status: 404), request) }
        var allowed = Set(found.flatMap { $0.node.methods.keys })
        if allowed.contains("GET") { allowed.insert("HEAD") }
        allowed.insert("OPTIONS")
        let list = allowed.sorted().joined(separator: ", ")
        if request.method == "OPTIONS" { return Response(status: 204, headers: ["Allow": list]) }
        return mapper(Problem(status: 405, headers: ["Allow": list]), request)
    }

    /// The response for an error: a `Problem` as it is, an `UnavailableError` as 503 with `Retry-After`, an
    /// `HTTPError.bodyTooLarge` as 413, a malformed body or a `JSONError` as 400, and all else as a 500 that says nothing and is logged.
    public static func problem(_ error: any Error, _ request: Request) -> Response {
        let problem: Problem
        switch error {
        case let known as Problem:
            problem = known
        case let unavailable as any UnavailableError:
            Log("http").warning(
                "service unavailable",
                ["request_id": request.id, "service": unavailable.service, "error": "\(error)"]
            )
            problem = Problem(
                status: 503,
                detail: "\(unavailable.service) does not answer now. Try again later.",
                headers: ["Retry-After": "1"]
            )
        case HTTPError.bodyTooLarge(let limit):
            problem = Problem(status: 413, detail: "The body may be at most \(limit) bytes long.")
        case HTTPError.malformedBody(let reason):
            problem = Problem(status: 400, detail: reason)
        case let malformed as JSONError:
            problem = Problem(status: 400, detail: malformed.description)
        case HTTPError.disconnected, is CancellationError:
            // Nobody reads it.
            problem = Problem(status: 499, title: "Client Closed Request")
        default:
            Log("http").error("request failed", ["request_id": request.id, "error": "\(error)"])
            problem = Problem(status: 500)
        }
        return problem.response(requestID: request.id)
    }

    private static func parts(_ template: String) -> [String] {
        template.split(separator: "/").map(String.init)
    }

    private static func insert(
        _ node: inout Node,
        _ parts: ArraySlice<String>,
        _ names: inout [String],
        _ change: (inout Node, [String]) -> Void
    ) {
        guard let part = parts.first else { return change(&node, names) }
        guard part.hasPrefix("{"), part.hasSuffix("}") else {
            return insert(&node.literals[part, default: Node()], parts.dropFirst(), &names, change)
        }
        let name = part.dropFirst().dropLast()
        if name.hasSuffix("...") {
            names.append(String(name.dropLast(3)))
            if node.rest.isEmpty { node.rest = [Node()] }
            change(&node.rest[0], names)
        } else {
            names.append(String(name))
            if node.parameter.isEmpty { node.parameter = [Node()] }
            insert(&node.parameter[0], parts.dropFirst(), &names, change)
        }
    }

    /// Collects the nodes a path leads to, the most literal first, and the deepest mounted router on the way.
    private static func find(
        _ node: Node,
        _ segments: ArraySlice<String>,
        _ values: [String],
        _ found: inout [(node: Node, values: [String])],
        _ mounted: inout Router?
    ) {
        if let mount = node.mount.last { mounted = mount.router }
        guard let segment = segments.first else {
            if !node.methods.isEmpty { found.append((node: node, values: values)) }
            return
        }
        if let next = node.literals[segment] { find(next, segments.dropFirst(), values, &found, &mounted) }
        if let next = node.parameter.first, !segment.isEmpty {
            find(next, segments.dropFirst(), values + [segment], &found, &mounted)
        }
        if let next = node.rest.first {
            found.append((node: next, values: values + [segments.joined(separator: "/")]))
        }
    }
}
