import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

extension IaaSDialect {
    /// A route that reads something that has an id.
    ///
    /// - Parameters:
    ///   - path: the path below the dialect's.
    ///   - summary: what it does.
    ///   - code: the code of a failure.
    ///   - query: what the query must name beside the region.
    ///   - reply: the members of the reply message beyond `code` and `msg`.
    ///   - body: reads it, by its id and what the query names.
    /// - Returns: the endpoint.
    func reading(
        _ path: String,
        _ summary: String,
        _ code: IaaSCode,
        query: [String] = [],
        reply: [String: JSON],
        _ body: @escaping @Sendable (CloudSession, String, [String: String]) async throws -> [String: JSON]
    ) -> Endpoint {
        Endpoint(
            method: "GET",
            template: "\(Self.prefix)/\(path)",
            summary: summary,
            access: .tenant,
            parameters: [.cloudID] + query.map { .named($0) } + [.region],
            answers: [Self.read(reply)],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = request.pathParameters["id"] ?? ""
            let named = Dictionary(uniqueKeysWithValues: query.map { ($0, request.query($0) ?? "") })
            let wrong = ([("id", id)] + named).compactMap { ArgumentProblem.id($0, $1) }
            guard wrong.isEmpty else { throw IaaSFailure(wrong) }
            return try await read(caller, region: request.query("region"), code, request) { session in
                try await body(session, id, named)
            }
        }
    }

    /// A route that reads a page of a list.
    ///
    /// - Parameters:
    ///   - name: the path below the dialect's, and the list's name in the reply message: `flavors`.
    ///   - summary: what it does.
    ///   - code: the code of a failure.
    ///   - item: the schema of an item.
    ///   - body: reads the whole list.
    /// - Returns: the endpoint.
    func listing(
        _ name: String,
        _ summary: String,
        _ code: IaaSCode,
        of item: JSON,
        _ body: @escaping @Sendable (CloudSession) async throws -> [JSON]
    ) -> Endpoint {
        Endpoint(
            method: "GET",
            template: "\(Self.prefix)/\(name)",
            summary: summary,
            access: .tenant,
            parameters: IaaSPage.parameters + [.region],
            answers: [Self.read([name: ["type": "array", "items": item]])],
            problems: [400, 403, 502]
        ) { request, caller in
            let page = try IaaSPage(request)
            return try await read(caller, region: request.query("region"), code, request) { session in
                [name: .array(Array(page.of(try await body(session))))]
            }
        }
    }

    /// Reads something from the cloud as the caller's tenant.
    ///
    /// - Parameters:
    ///   - caller: a tenant.
    ///   - region: the region; nil or empty: the cloud's first.
    ///   - code: the seed's code of a failure.
    ///   - request: the client's request, for the log.
    ///   - body: what is read.
    /// - Returns: the seed's reply message: what `body` gives with `code` 200 and `msg`.
    /// - Throws: `IaaSFailure`.
    func read(
        _ caller: Caller,
        region: String?,
        _ code: IaaSCode,
        _ request: Request,
        _ body: (CloudSession) async throws -> [String: JSON]
    ) async throws -> Response {
        let tenant = try caller.tenantID()
        do {
            var reply = try await body(try await session(of: tenant, region: region))
            reply["code"] = .int(Int64(IaaSCode.ok.rawValue))
            reply["msg"] = .string(IaaSCode.ok.text)
            return .json(200, .object(reply))
        } catch let error as CloudError {
            Log("iaas").warning(
                "the cloud refused",
                ["request_id": request.id, "tenant": tenant, "error": "\(error)", "said": error.said.text]
            )
            var headers = Headers()
            if let wait = error.retryAfter { headers["Retry-After"] = "\(max(1, wait.components.seconds))" }
            throw IaaSFailure(code, status: error.told.status, error.told.message, headers: headers)
        }
    }
}
