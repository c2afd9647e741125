import HawserCore
import HawserJobs

/// The tenants of seed 004, made by the operator.
struct TenantService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        let backend = dialect.backend
        return [
            dialect.changing(
                TenantCreate.self,
                "POST",
                "tenants",
                "Make a tenant with a domain, project, user and role in the cloud",
                access: .admin,
                body: ["tenant_name": ["type": "string", "minLength": 1, "maxLength": 128]],
                required: ["tenant_name"],
                reply: ["tenant_id": IaaSDialect.text, "apikey": IaaSDialect.text],
                check: { arguments, _ in
                    _ = try dialect.clouds()
                    guard try await backend.tenants.find(name: arguments.tenantName) == nil else {
                        throw IaaSFailure(.tenantExists, status: 409, "the name is taken")
                    }
                },
                dress: { try TenantCreate.opened($0, key: backend.masterKey) }
            )
        ]
    }
}
