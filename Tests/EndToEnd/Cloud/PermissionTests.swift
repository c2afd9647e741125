import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// The cloud platform's permission in front of a real cloud.
@Suite("permission of the cloud platform", .enabled(if: CloudDev.isThere, CloudDev.reason))
struct PermissionTests {
    private func send(
        _ tenant: CloudTenant,
        _ user: String?,
        _ method: String,
        _ path: String,
        _ body: JSON? = nil
    ) async throws -> Answer {
        var headers = ["Prefer": "wait=60"]
        headers["X-Platform-User"] = user
        if body != nil { headers["Content-Type"] = "application/json" }
        return try await tenant.client.send(
            method,
            "/iaas/v1\(path)",
            headers: headers,
            body: body.map { .bytes($0.bytes) } ?? .none
        )
    }

    /// The message of a change, however long it took.
    private func finished(_ answer: Answer, _ tenant: CloudTenant) async throws -> JSON {
        guard answer.status == 202, let job = answer["id"] else { return answer.json }
        return try await tenant.outcome(of: job).json
    }

    @Test("a network of one user is nothing to another, who can neither read nor change it")
    func users() async throws {
        let owners = Synced<[String: String]>([:])
        let platform = try await Hook.make { _, call in
            let user = call.json["platform_userid"]?.string
            let ids = call.json["resource_ids"]?.array?.compactMap(\.string) ?? []
            let isAllowed = owners.value.filter { ids.contains($0.key) }.allSatisfy { $1 == user }
            return .json(200, ["allowed": .bool(isAllowed)])
        }
        let dev = try await Dev(settings: [
            "HAWSER_CLOUDS": try CloudDev.file(), "HAWSER_PLATFORM_URL": platform.url,
            "HAWSER_PLATFORM_SECRET": "whsec_" + Data(Crypto.randomBytes(32)).base64EncodedString(),
            // As long as a busy cloud may take for what follows.
            "HAWSER_PLATFORM_CACHE_SECONDS": "60",
        ])
        try await CloudTenant.with(dev) { tenant in
            let wanted: JSON = ["vpc_name": .string(tenant.mark), "subnet": "10.9.0.0/24"]
            #expect(try await send(tenant, nil, "POST", "/vpcs", wanted).status == 400)
            let made = try await send(tenant, "ann", "POST", "/vpcs", wanted)
            // It named no resource.
            #expect(platform.calls.isEmpty)
            let vpc = try await finished(made, tenant)
            let id = try #require(vpc["vpc"]?["vpc_id"]?.string)
            owners.change { $0[id] = "ann" }
            let read = try await send(tenant, "ann", "GET", "/vpcs/\(id)")
            #expect(read.status == 200)
            #expect(read.json["vpc"]?["vpc_id"]?.string == id)
            for (method, body) in [("GET", nil), ("PUT", ["vpc_name": "mine now"] as JSON)] {
                let refused = try await send(tenant, "bob", method, "/vpcs/\(id)", body)
                #expect(refused.status == 403)
                #expect(refused.json["code"] == 10001)
            }
            let renamed = try await send(tenant, "ann", "PUT", "/vpcs/\(id)", ["vpc_name": "still mine"])
            #expect(try await finished(renamed, tenant)["vpc"]?["vpc_name"] == "still mine")
            #expect(platform.calls.count == 2)
            // Jobs: the tenant itself, the network, its new name.
            let jobs = try await tenant.client.get("/v1/jobs").json["jobs"]?.array ?? []
            #expect(jobs.filter { $0["kind"]?.string?.hasPrefix("vpc.") == true }.count == 2, "\(jobs)")
        }
    }
}
