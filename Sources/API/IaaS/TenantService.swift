import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata

/// The tenants of seed 004: `POST /iaas/v1/tenants`, for the operator.
struct TenantService: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [create] }

    private var create: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(IaaSDialect.prefix)/tenants",
            summary: "Make a tenant with a domain, project, user and role in the cloud",
            access: .admin,
            parameters: [.prefer],
            body: .init(
                type: "application/json",
                schema: [
                    "type": "object", "required": ["tenant_name"], "additionalProperties": false,
                    "properties": ["tenant_name": ["type": "string", "minLength": 1, "maxLength": 128]],
                ]
            ),
            answers: IaaSDialect.changed([
                "type": "object",
                "properties": [
                    "code": ["type": "integer"], "msg": ["type": "string"], "tenant_id": ["type": "string"],
                    "apikey": ["type": "string"],
                ],
            ]),
            problems: [400, 409, 413, 415, 502]
        ) { request, _ in
            var fields = FieldReader(try await request.json(upTo: backend.configuration.maxBodyBytes))
            let name = fields.value("tenant_name", "a text of 1 to 128 characters", required: true) { json in
                json.string.flatMap { TenantKey.isName($0) ? $0 : nil }
            }
            fields.refuseOthers()
            guard fields.errors.isEmpty, let name else { throw Problem.invalid(fields.errors) }
            _ = try IaaSDialect(backend: backend).clouds()
            if try await backend.tenants.find(name: name) != nil {
                throw IaaSFailure(.tenantExists, status: 409, "the name is taken")
            }
            return try await IaaSChange(backend: backend).accept(
                TenantCreate.self,
                .init(tenantName: name),
                tenant: Self.operatorName,
                request,
                dress: { try TenantCreate.opened($0, key: backend.masterKey) }
            )
        }
    }

    /// Who owns the jobs of the operator.
    static let operatorName = "-"
}
