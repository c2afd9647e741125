import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

extension IaaSDialect {
    /// Who owns the jobs of the operator.
    static let operatorName = "-"

    /// A route that makes a change as a job: its kind's arguments are the body's members, and ids of the path.
    ///
    /// - Parameters:
    ///   - kind: the kind of job.
    ///   - method: the method.
    ///   - path: the path below the dialect's.
    ///   - summary: what it does.
    ///   - access: who may ask for it: a tenant, or the operator, whose jobs belong to `operatorName`.
    ///   - id: the argument that `{id}` in the path is.
    ///   - query: arguments that come in the query.
    ///   - body: the body's members with their schemas; empty: there is no body.
    ///   - required: those that must be there.
    ///   - reply: the members of the reply message beyond `code` and `msg`.
    ///   - check: what must be so beyond the arguments, for the tenant; by default an account in the region.
    ///   - dress: what is done to the reply message before it is shown.
    /// - Returns: the endpoint.
    func changing<Kind: CloudJob>(
        _ kind: Kind.Type,
        _ method: String,
        _ path: String,
        _ summary: String,
        access: Endpoint.Access = .tenant,
        id: String? = nil,
        query: [String] = [],
        body: [String: JSON] = [:],
        required: [String] = [],
        reply: [String: JSON],
        check: (@Sendable (Kind.Arguments, String) async throws -> Void)? = nil,
        dress: @escaping @Sendable (JSON) throws -> JSON = { $0 }
    ) -> Endpoint {
        let body = body.isEmpty ? nil : Self.body(body, required: required)
        return Endpoint(
            method: method,
            template: "\(Self.prefix)/\(path)",
            summary: summary,
            access: access,
            parameters: [.idempotencyKey, .prefer] + (id == nil ? [] : [.cloudID]) + query.map { .named($0) },
            body: body,
            answers: Self.changed(reply),
            problems: [400, 403, 404, 409, 422, 502] + (body == nil ? [] : [413, 415])
        ) { request, caller in
            var (given, bytes) = try await members(of: request, body)
            for name in query { given[name] = request.query(name).map { .string($0) } }
            if let id { given[id] = .string(request.pathParameters["id"] ?? "") }
            // Empty is as good as missing.
            if given["region"] == "" { given["region"] = nil }
            let problems = kind.check(.object(given))
            guard problems.isEmpty else { throw IaaSFailure(problems, codes: kind.refusals) }
            let arguments: Kind.Arguments = try JSON.object(given).decoded()
            let (tenant, region) = (
                access == .admin ? Self.operatorName : try caller.tenantID(), given["region"]?.string
            )
            let change = IaaSChange(arguments: arguments, tenant: tenant, body: bytes)
            return try await accept(kind, change, request, dress: dress) {
                if let check {
                    try await check(arguments, tenant)
                } else {
                    _ = try await session(of: tenant, region: region)
                }
            }
        }
    }

    /// The members of a request's body, when it has the shape it shall have, and the bytes they came as.
    ///
    /// - Throws: `IaaSFailure` that names what is wrong; problems of bodies that are no JSON.
    func members(of request: Request, _ body: Endpoint.Body?) async throws -> ([String: JSON], bytes: [UInt8]) {
        guard let body else { return ([:], []) }
        let (json, bytes) = try await request.jsonAndBytes(upTo: backend.configuration.maxBodyBytes)
        let problems = BodyShape(of: json, body.schema).problems
        guard problems.isEmpty else { throw IaaSFailure(problems) }
        return ((json.object ?? [:]).filter { $0.value != .null }, bytes)
    }
}
