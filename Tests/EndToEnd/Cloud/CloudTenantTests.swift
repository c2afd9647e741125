import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `POST /iaas/v1/tenants`.
@Suite("tenants in the cloud", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(5)))
struct CloudTenantTests {
    @Test("a tenant is made here and in the cloud, and its name is taken then")
    func making() async throws {
        try await CloudTenant.with { own in
            #expect(own.tenant.id.wholeMatch(of: /t-[0-9]{10}/) != nil)
            let identity = Identity(own.admin)
            #expect(try await identity.domain(own.domainID).name == own.tenant.id)
            #expect(try await identity.project(own.projectID).name == own.tenant.id)
            #expect(try await identity.users(.init(domainID: own.domainID)).map(\.name) == [own.tenant.id])
            #expect(try await identity.roles(.init(name: own.tenant.id)).count == 1)
            let seen = try await own.client.get("/v1/tenants/\(own.tenant.id)")
            #expect(seen.status == 200)
            let name = try #require(seen["name"])
            let again = try await own.dev.admin.post(
                "/iaas/v1/tenants",
                ["tenant_name": .string(name)],
                ["Prefer": "wait=60"]
            )
            #expect(again.status == 409)
            #expect(again.json["code"] == 90004)
            #expect(try await own.client.post("/iaas/v1/tenants", ["tenant_name": "other"]).status == 403)
        }
    }
}
