import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue

extension IaaSDialect {
    /// A route that makes a change as a job: its kind's arguments are the body's members, and ids of the path.
    ///
    /// - Parameters:
    ///   - kind: the kind of job.
    ///   - method: the method.
    ///   - path: the path below the dialect's.
    ///   - summary: what it does.
    ///   - id: the argument that `{id}` in the path is.
    ///   - query: arguments that come in the query.
    ///   - body: the body's members with their schemas; empty: there is no body.
    ///   - required: those that must be there.
    ///   - reply: the members of the reply message beyond `code` and `msg`.
    /// - Returns: the endpoint.
    func changing<Kind: CloudJob>(
        _ kind: Kind.Type,
        _ method: String,
        _ path: String,
        _ summary: String,
        id: String? = nil,
        query: [String] = [],
        body: [String: JSON] = [:],
        required: [String] = [],
        reply: [String: JSON]
    ) -> Endpoint {
        var parameters: [Endpoint.Parameter] = [.prefer]
        if id != nil { parameters.append(.init(name: "id", place: .path, help: "The id in the cloud")) }
        parameters += query.map { .init(name: $0, place: .query, help: Self.help[$0] ?? "An id in the cloud") }
        return Endpoint(
            method: method,
            template: "\(Self.prefix)/\(path)",
            summary: summary,
            access: .tenant,
            parameters: parameters,
            body: body.isEmpty
                ? nil
                : .init(
                    type: "application/json",
                    schema: [
                        "type": "object", "required": .array(required.map { .string($0) }),
                        "additionalProperties": false, "properties": .object(body),
                    ]
                ),
            answers: Self.changed(Self.message(reply)),
            problems: [400, 403, 404, 409, 502] + (body.isEmpty ? [] : [413, 415])
        ) { request, caller in
            var given: [String: JSON] = [:]
            if !body.isEmpty {
                let json = try await request.json(upTo: backend.configuration.maxBodyBytes)
                var fields = FieldReader(json)
                for name in body.keys { given[name] = fields.any(name) }
                fields.refuseOthers()
                guard fields.errors.isEmpty else { throw Problem.invalid(fields.errors) }
            }
            for name in query { given[name] = request.query(name).map { .string($0) } }
            if let id { given[id] = .string(request.pathParameters["id"] ?? "") }
            return try await accept(kind, .object(given), caller, request)
        }
    }

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
        var parameters: [Endpoint.Parameter] = [.init(name: "id", place: .path, help: "The id in the cloud")]
        parameters += (query + ["region"]).map {
            .init(name: $0, place: .query, help: Self.help[$0] ?? "An id in the cloud")
        }
        return Endpoint(
            method: "GET",
            template: "\(Self.prefix)/\(path)",
            summary: summary,
            access: .tenant,
            parameters: parameters,
            answers: [.init(status: 200, help: "As it is in the cloud now", schema: Self.message(reply))],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = request.pathParameters["id"] ?? ""
            let named = Dictionary(uniqueKeysWithValues: query.map { ($0, request.query($0) ?? "") })
            let wrong = ([("id", id)] + named).compactMap { ArgumentProblem.id($0, $1) }
            guard wrong.isEmpty else {
                throw Problem.invalid(wrong.map { .init(field: $0.field, message: $0.message) })
            }
            return try await read(caller, region: request.query("region"), code, request) { session in
                try await body(session, id, named)
            }
        }
    }

    private func accept<Kind: CloudJob>(
        _ kind: Kind.Type,
        _ given: JSON,
        _ caller: Caller,
        _ request: Request
    ) async throws -> Response {
        let problems = kind.check(given)
        guard problems.isEmpty else {
            let isRange =
                Kind.self == VPCCreate.self && given["subnet"]?.string != nil
                && problems.allSatisfy { $0.field == "subnet" }
            if isRange, let problem = problems.first {
                throw IaaSFailure(.badCIDR, status: 400, "\(problem.field) \(problem.message)")
            }
            throw Problem.invalid(problems.map { .init(field: $0.field, message: $0.message) })
        }
        let tenant = try caller.tenantID()
        do {
            // An account and a region, which the job would miss first.
            _ = try await clouds().session(of: tenant, region: given["region"]?.string)
        } catch let error as NoCloudAccount {
            throw IaaSFailure(.noClient, status: 403, "\(error)")
        } catch is CloudsFileError {
            throw IaaSFailure(.badParameter, status: 400, "the region is not known")
        }
        return try await IaaSChange(backend: backend).accept(kind, try given.decoded(), tenant: tenant, request)
    }

    private static let help = ["region": "The region; without it the cloud's first"]

    /// The schema of a reply message.
    static func message(_ members: [String: JSON]) -> JSON {
        let all = members.merging(["code": ["type": "integer"], "msg": ["type": "string"]]) { given, _ in given }
        return ["type": "object", "properties": .object(all)]
    }

    /// The schema of a text.
    static let text: JSON = ["type": "string"]
    /// The schema of an id.
    static let id: JSON = ["type": "string", "minLength": 1, "maxLength": 64]
    /// The schema of a time.
    static let time: JSON = ["type": ["string", "null"], "format": "date-time"]
    /// The schema of the region.
    static let region: JSON = ["type": "string", "description": "The region; without it the cloud's first"]
}
