import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// `POST /iaas/v1/tenants`.
@Suite("tenants in the cloud", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
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

    @Test("nothing is left of a tenant that could not be made as a whole; what is gone already is as good as removed")
    func undone() async throws {
        let admin = try await CloudDev.admin.value
        let port = try #require(URLComponents(string: try await admin.endpoint(of: .identity))?.port)
        let proxy = try FaultProxy(before: UInt16(port))
        defer { proxy.stop() }
        let directory = try TestDirectory("clouds")
        let override = "    identity_endpoint_override: http://127.0.0.1:\(proxy.port)/v3\n"
        try String(contentsOfFile: CloudDev.file(), encoding: .utf8)
            .replacing("  admin:\n", with: "  admin:\n\(override)")
            .write(toFile: directory.file("clouds.yaml"), atomically: true, encoding: .utf8)
        let dev = try await Dev(settings: ["HAWSER_CLOUDS": directory.file("clouds.yaml"), "HAWSER_CLOUD": "admin"])
        // The last thing that is made in the cloud fails, and of both removals the answer is lost.
        proxy.fail(.answer(403)) { $0.method == "PUT" && $0.path.contains("/roles/") }
        proxy.fail(.closeAfter) { $0.method == "DELETE" && $0.path.contains("/domains/") }
        proxy.fail(.closeAfter) { $0.method == "DELETE" && $0.path.contains("/roles/") }
        let name = "test \(UUIDv7.make())"
        var failed: Answer
        repeat {
            // A number that another dev has in this cloud is passed over.
            failed = try await dev.admin.post(
                "/iaas/v1/tenants",
                ["tenant_name": .string(name)],
                ["Prefer": "wait=60"]
            )
        } while failed.status == 409
        #expect(failed.status == 403, "\(failed)")
        #expect(failed.json["code"] == 90001)
        let job = try #require(failed.headers["location"]?.split(separator: "/").last)
        let seen = try await dev.admin.get("/v1/jobs/\(job)")
        #expect(seen["state"] == "failed")
        #expect(seen.json["error"]?["details"]?["not_undone"] == nil, "\(seen)")
        // A domain is switched off before it is deleted.
        for (path, list, method) in [("/domains", "domains", "PATCH"), ("/roles", "roles", "DELETE")] {
            let removals = proxy.seen.filter { $0.method == method && $0.path.contains("\(path)/") }
            #expect(removals.count == 2, "\(path): the second finds none")
            let there = try await admin.send(CloudCall("GET", .identity, path)).body[list]?.array ?? []
            #expect(!there.isEmpty)
            #expect(!there.contains { $0["description"]?.string?.contains(job) == true }, "\(path)")
        }
        let tenants = try await dev.admin.get("/v1/tenants").json["tenants"]?.array ?? []
        #expect(!tenants.contains { $0["name"]?.string == name })
    }
}
