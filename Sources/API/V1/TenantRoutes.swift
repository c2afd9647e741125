import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata

/// The tenants: `/v1/tenants`.
struct TenantRoutes: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [add, list, show] }

    private var add: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/tenants",
            summary: "Add a tenant; its key is shown this once",
            access: .admin,
            body: .init(
                type: "application/json",
                schema: [
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": ["name": ["type": "string", "minLength": 1, "maxLength": 128]],
                ]
            ),
            answers: [
                .init(
                    status: 201,
                    help: "The tenant with its key",
                    schema: ["$ref": "#/components/schemas/NewTenant"],
                    headers: ["Location"]
                )
            ],
            problems: [400, 409, 413, 415, 422]
        ) { request, _ in
            var fields = FieldReader(try await request.json(upTo: 64 << 10))
            let name = fields.value("name", "a text of 1 to 128 characters", required: true) { json in
                json.string.flatMap { TenantKey.isName($0) ? $0 : nil }
            }
            fields.refuseOthers()
            guard fields.errors.isEmpty, let name else { throw Problem.invalid(fields.errors) }
            let key = TenantKey.make()
            let tenant: Tenant
            do {
                tenant = try await backend.tenants.add(name: name, keyHash: TenantKey.hash(key))
            } catch let error as MetadataError where error.isDuplicate {
                throw Problem(
                    status: 409,
                    detail: "There is a tenant of that name.",
                    errors: [.init(field: "name", message: "is taken")]
                )
            }
            var view = Self.view(tenant)
            view["key"] = .string(key.revealed)
            let secret = try WebhookSecret(master: backend.masterKey, tenant: tenant.id)
            view["webhook_secret"] = .string(secret.text.revealed)
            return .json(
                201,
                .object(view),
                headers: ["Location": "/v1/tenants/\(tenant.id)", "Cache-Control": "no-store"]
            )
        }
    }

    private var list: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/tenants",
            summary: "List the tenants",
            access: .admin,
            parameters: [
                .cursor,
                .limit,
            ],
            answers: [.init(status: 200, help: "A page", schema: ["$ref": "#/components/schemas/TenantPage"])],
            problems: [400]
        ) { request, _ in
            let limit = try request.pageLimit()
            let tenants = try await backend.tenants.list(after: request.query("cursor") ?? "", limit: limit)
            let next: JSON = tenants.count == limit ? tenants.last.map { .string($0.id) } ?? .null : .null
            return .json(200, ["tenants": .array(tenants.map { .object(Self.view($0)) }), "next_cursor": next])
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/tenants/{id}",
            summary: "Look at a tenant",
            access: .caller,
            parameters: [.init(name: "id", place: .path, help: "The tenant's id")],
            answers: [.init(status: 200, help: "The tenant", schema: ["$ref": "#/components/schemas/Tenant"])],
            problems: [404]
        ) { request, caller in
            let id = request.pathParameters["id"] ?? ""
            let mayLook = caller == .admin || caller == .tenant(id)
            guard mayLook, let tenant = try await backend.tenants.find(id: id) else {
                throw Problem(status: 404, detail: "There is no such tenant.")
            }
            return .json(200, .object(Self.view(tenant)))
        }
    }

    private static func view(_ tenant: Tenant) -> [String: JSON] {
        ["tenant_id": .string(tenant.id), "name": .string(tenant.name), "created_at": .string(tenant.created.rfc3339)]
    }
}
