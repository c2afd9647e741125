import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// The targets of the store: `/v1/targets`.
struct TargetRoutes: Sendable {
    let backend: Backend

    private var targets: TargetSet { backend.objects.contents.targets }

    var endpoints: [Endpoint] { [list, add, show, change, drain, rebalance, remove] }

    private static let id = Endpoint.Parameter(name: "id", place: .path, help: "The target's id")

    private var list: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/targets",
            summary: "List the targets of the store",
            access: .admin,
            answers: [
                .init(
                    status: 200,
                    help: "All of them",
                    schema: ["type": "object", "properties": ["targets": ["type": "array", "items": Self.schema]]]
                )
            ]
        ) { _, _ in
            .json(200, ["targets": .array(try await targets.all().map { Self.view($0.record, $0.space) })])
        }
    }

    private var add: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/targets",
            summary: "Add a target; it is written to and read from before it is accepted",
            access: .admin,
            body: .init(type: "application/json", schema: Self.bodySchema),
            answers: [.init(status: 201, help: "The target", schema: Self.schema, headers: ["Location"])],
            problems: [400, 409, 413, 415, 422]
        ) { request, _ in
            var fields = FieldReader(try await request.json(upTo: 64 << 10))
            let id = fields.value("id", "1 to 32 lower-case letters, digits and '-'", required: true) { json in
                json.string.flatMap { TargetRecord.isID($0) ? $0 : nil }
            }
            let place = try place(&fields, id: id ?? "")
            let (zone, weight) = (Self.zone(&fields), Self.weight(&fields))
            fields.refuseOthers()
            guard fields.errors.isEmpty, let id, let place else { throw Problem.invalid(fields.errors) }
            let record = TargetRecord(id: id, place: place, zone: zone, weight: weight ?? 1)
            do {
                try await targets.add(record)
            } catch let error as StorageError {
                throw Problem(status: 422, detail: "The target cannot be used: \(error)")
            } catch let error as MetadataError where error.isDuplicate {
                throw Problem(
                    status: 409,
                    detail: "There is a target of that id.",
                    errors: [.init(field: "id", message: "is taken")]
                )
            }
            return .json(201, Self.view(record), headers: ["Location": "/v1/targets/\(id)"])
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/targets/{id}",
            summary: "Look at a target",
            access: .admin,
            parameters: [Self.id],
            answers: [.init(status: 200, help: "The target", schema: Self.schema)],
            problems: [404]
        ) { request, _ in
            let id = try await record(request).id
            guard let found = try await targets.all().first(where: { $0.record.id == id }) else { throw Self.unknown }
            return .json(200, Self.view(found.record, found.space))
        }
    }

    private var change: Endpoint {
        Endpoint(
            method: "PATCH",
            template: "/v1/targets/{id}",
            summary: "Change a target's weight, zone or state; bytes that are there stay where they are",
            access: .admin,
            parameters: [Self.id],
            body: .init(
                type: "application/json",
                schema: [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "zone": Self.zoneSchema, "weight": Self.weightSchema,
                        "state": ["type": "string", "enum": ["active", "draining", "down"]],
                    ],
                ]
            ),
            answers: [.init(status: 200, help: "The target", schema: Self.schema)],
            problems: [400, 404, 413, 415, 422]
        ) { request, _ in
            let record = try await record(request)
            var fields = FieldReader(try await request.json(upTo: 64 << 10))
            let (zone, weight) = (Self.zone(&fields), Self.weight(&fields))
            let state = fields.value("state", "active, draining or down") { json in
                json.string.flatMap { TargetRecord.State(rawValue: $0) }
            }
            fields.refuseOthers()
            guard fields.errors.isEmpty else { throw Problem.invalid(fields.errors) }
            let changed = try await targets.change(record.id, state: state, zone: zone, weight: weight)
            guard let changed else { throw Self.unknown }
            return .json(200, Self.view(changed))
        }
    }

    private var drain: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/targets/{id}/drain",
            summary: "Move everything off a target",
            access: .admin,
            parameters: [Self.id, .prefer],
            answers: [.finishedJob, .acceptedJob],
            problems: [400, 404]
        ) { request, _ in
            let record = try await record(request)
            let submission = try JobSubmission(TargetDrain.self, .init(target: record.id))
            let answers = JobAnswers(backend: backend)
            return try await answers.submit(for: request) {
                // Nothing new goes there from now on, whenever the job begins.
                _ = try await targets.beginDraining(record.id)
                return try await answers.enqueue(submission)
            }
        }
    }

    private var rebalance: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/targets/rebalance",
            summary: "Move bytes to where they would be placed today, after targets were added or changed",
            access: .admin,
            parameters: [.prefer],
            answers: [.finishedJob, .acceptedJob],
            problems: [400]
        ) { request, _ in
            let answers = JobAnswers(backend: backend)
            return try await answers.submit(for: request) {
                try await answers.enqueue(JobSubmission(StoreRebalance.self, .init()))
            }
        }
    }

    private var remove: Endpoint {
        Endpoint(
            method: "DELETE",
            template: "/v1/targets/{id}",
            summary: "Forget a target that has no bytes of the store any more",
            access: .admin,
            parameters: [Self.id],
            answers: [.init(status: 204, help: "It is forgotten")],
            problems: [404, 409]
        ) { request, _ in
            let record = try await record(request)
            guard try await targets.forget(record.id, unlessNamedIn: StoredContentCollection(backend.database)) else {
                throw Problem(status: 409, detail: "The target is in use: drain it first.")
            }
            return Response(status: 204)
        }
    }

    private func record(_ request: Request) async throws -> TargetRecord {
        let id = request.pathParameters["id"] ?? ""
        guard let record = try await targets.record(id) else { throw Self.unknown }
        return record
    }

    private static let unknown = Problem(status: 404, detail: "There is no such target.")

    private func place(_ fields: inout FieldReader, id: String) throws -> TargetRecord.Place? {
        let type = fields.value("type", "directory or bucket", required: true) { json in
            json.string.flatMap { ["directory", "bucket"].contains($0) ? $0 : nil }
        }
        func text(_ name: String, _ what: String = "a text", _ rule: @Sendable (String) -> Bool = { !$0.isEmpty })
            -> String?
        {
            fields.value(name, what, required: true) { json in json.string.flatMap { rule($0) ? $0 : nil } }
        }
        switch type {
        case "directory":
            let path = fields.value("path", "an absolute path", required: true) { json in
                json.string.flatMap { $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil }
            }
            return path.map { .directory(path: $0) }
        case "bucket":
            let endpoint = text(
                "endpoint",
                "http:// or https://, a host and perhaps a port",
                TargetFactory.isEndpoint
            )
            let bucket = text("bucket", "the name of a bucket", TargetFactory.isBucket)
            let (accessKey, secret) = (text("access_key"), text("secret_key"))
            let region = fields.value("region", "a text", \.string)
            guard let endpoint, let bucket, let accessKey, let secret else { return nil }
            return try TargetFactory.bucket(
                endpoint: endpoint,
                region: region,
                name: bucket,
                accessKey: accessKey,
                secretKey: secret,
                of: id,
                masterKey: backend.masterKey
            )
        default: return nil
        }
    }

    private static func zone(_ fields: inout FieldReader) -> String? {
        fields.value("zone", "a text of at most 64 characters") { json in
            json.string.flatMap { $0.unicodeScalars.count <= 64 ? $0 : nil }
        }
    }

    private static func weight(_ fields: inout FieldReader) -> Double? {
        fields.value("weight", "a number from 0 (nothing new) to 1000000") { json in
            json.double.flatMap { $0 >= 0 && $0 <= 1_000_000 ? $0 : nil }
        }
    }

    /// What is shown of a target; never its secret.
    private static func view(_ record: TargetRecord, _ space: TargetSet.Space? = nil) -> JSON {
        var view: [String: JSON] = [
            "id": .string(record.id), "zone": record.zone.map { .string($0) } ?? .null,
            "weight": .double(record.weight),
            "state": .string(record.state.rawValue), "created_at": .string(record.created.rfc3339),
        ]
        switch record.place {
        case .directory(let path):
            view["type"] = "directory"
            view["path"] = .string(path)
        case .bucket(let endpoint, let region, let name, let accessKey, _):
            view["type"] = "bucket"
            view["endpoint"] = .string(endpoint)
            view["region"] = .string(region)
            view["bucket"] = .string(name)
            view["access_key"] = .string(accessKey)
        }
        view["free_bytes"] = (space?.free).map { .int($0) }
        view["trouble"] = (space?.trouble).map { .string($0) }
        return .object(view)
    }

    private static let zoneSchema: JSON = ["type": "string", "maxLength": 64]
    private static let weightSchema: JSON = ["type": "number", "minimum": 0, "maximum": 1_000_000]
    private static let members: [String: JSON] = [
        "id": ["type": "string", "pattern": "^[a-z0-9-]{1,32}$"],
        "type": ["type": "string", "enum": ["directory", "bucket"]],
        "path": ["type": "string"], "endpoint": ["type": "string"], "region": ["type": "string"],
        "bucket": ["type": "string"], "access_key": ["type": "string"], "zone": zoneSchema, "weight": weightSchema,
    ]
    private static let bodySchema: JSON = [
        "type": "object", "required": ["id", "type"], "additionalProperties": false,
        "properties": .object(members.merging(["secret_key": ["type": "string"]]) { given, _ in given }),
    ]
    private static let schema: JSON = [
        "type": "object",
        "properties": .object(
            members.merging([
                "state": ["type": "string", "enum": ["active", "draining", "down"]],
                "created_at": ["type": "string", "format": "date-time"], "free_bytes": ["type": "integer"],
                "trouble": ["type": "string", "description": "Why it cannot be reached now"],
            ]) { given, _ in given }
        ),
    ]
}
