import HawserCore
import HawserHTTP
import Testing

/// `/v1/tenants` and who may do what.
@Suite("tenants and access", .timeLimit(.minutes(10)))
struct TenantTests {
    @Test("a tenant is made with the admin key and its key works in both schemes")
    func making() async throws {
        let dev = try await Dev.shared.value
        let name = "made \(UUIDv7.make())"
        let made = try await dev.admin.post("/v1/tenants", ["name": .string(name)])
        #expect(made.status == 201)
        let id = try #require(made["tenant_id"])
        #expect(id.wholeMatch(of: /t-[0-9]{10}/) != nil)
        #expect(made["name"] == name)
        #expect(made.headers["location"] == "/v1/tenants/\(id)")
        #expect(made.headers["cache-control"] == "no-store")
        let key = try #require(made["key"])
        for authorization in [Tenant.basic(id, key), "Bearer \(key)", "bearer \(key)"] {
            let seen = try await Client(base: dev.url, authorization: authorization).get("/v1/tenants/\(id)")
            #expect(seen.status == 200)
            #expect(seen["name"] == name)
            #expect(!seen.text.contains(key), "a key is shown once")
        }
        #expect(try await dev.admin.get("/v1/tenants/\(id)").status == 200)
        #expect(try await dev.admin.post("/v1/tenants", ["name": .string(name)]).status == 409)
    }

    @Test("the list of tenants has pages")
    func listing() async throws {
        let dev = try await Dev.shared.value
        var mine: Set<String> = []
        for _ in 0..<5 { mine.insert(try await dev.tenant().id) }
        var seen: [String] = []
        var cursor = ""
        while true {
            let page = try await dev.admin.get("/v1/tenants?limit=2\(cursor.isEmpty ? "" : "&cursor=\(cursor)")")
            #expect(page.status == 200)
            let ids = (page.json["tenants"]?.array ?? []).compactMap { $0["tenant_id"]?.string }
            #expect(ids.count <= 2)
            seen += ids
            guard let next = page["next_cursor"] else { break }
            cursor = next
        }
        #expect(Set(seen).count == seen.count)
        #expect(mine.isSubset(of: seen))
        #expect(!(try await dev.admin.get("/v1/tenants")).text.contains("\"key\""))
    }

    @Test("who says nothing or something wrong is told how to, who may not is refused")
    func refusals() async throws {
        let dev = try await Dev.shared.value
        let (one, other) = (try await dev.tenant(), try await dev.tenant())
        let wrong: [String?] = [
            nil, "", "Basic", "Basic !!!", "Digest x", "Bearer nonsense", Tenant.basic(one.id, "nonsense"),
            Tenant.basic(one.id, other.key), Tenant.basic("t-9999999999", one.key), Tenant.basic("", ""),
        ]
        for authorization in wrong {
            let answer = try await Client(base: dev.url, authorization: authorization).get("/v1/jobs")
            #expect(answer.status == 401, "\(authorization ?? "none")")
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.headers.all("www-authenticate").contains { $0.hasPrefix("Basic ") })
            #expect(answer.json["request_id"]?.string == answer.headers["x-request-id"])
        }
        #expect(try await one.client.post("/v1/tenants", ["name": "mine"]).status == 403)
        #expect(try await one.client.get("/v1/tenants").status == 403)
        #expect(try await one.client.get("/v1/workers").status == 403)
        #expect(try await one.client.get("/v1/tenants/\(other.id)").status == 404)
        #expect(try await dev.admin.post("/v1/jobs", .object(Tenant.webhook("http://127.0.0.1:1/"))).status == 403)
    }
}
