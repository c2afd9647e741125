import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/flavors` and `/iaas/v1/images`.
@Suite("flavors and images", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct FlavorAndImageTests {
    @Test("flavors and images have pages, and each is shown by itself", arguments: ["flavor", "image"])
    func lists(kind: String) async throws {
        try await CloudTenant.with { own in
            let all = try await own.get("/\(kind)s")
            #expect(all.status == 200)
            #expect(all.json["code"] == 200)
            let items = try #require(all.json["\(kind)s"]?.array)
            #expect(items.count >= 3)
            var paged: [JSON] = []
            for number in 1...items.count {
                let page = try await own.get("/\(kind)s?page_number=\(number)&page_size=1")
                paged += page.json["\(kind)s"]?.array ?? []
            }
            #expect(paged == items)
            let beyond = try await own.get("/\(kind)s?page_number=1000&page_size=1000")
            #expect(beyond.json["\(kind)s"] == [])
            for query in ["page_size=0", "page_size=1001", "page_number=0", "page_number=x"] {
                let answer = try await own.get("/\(kind)s?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.json["code"] == 10000)
            }
            let id = try #require(items[0]["\(kind)_id"]?.string)
            let one = try await own.get("/\(kind)s/\(id)")
            #expect(one.status == 200)
            #expect(one.json[kind] == items[0])
            let none = try await own.get("/\(kind)s/no-such-thing")
            #expect(none.status == 404)
            #expect(none.json["code"] == (kind == "flavor" ? 40003 : 98000))
            #expect(try await own.get("/\(kind)s/a%2Fb").status >= 400)
            #expect(try await own.get("/\(kind)s?region=Atlantis").status == 400)
        }
    }

    @Test("a flavor's numbers are texts, as the seed has them")
    func texts() async throws {
        try await CloudTenant.with { own in
            let tiny = try await own.get("/flavors/1").json["flavor"]
            #expect(
                tiny == [
                    "flavor_id": "1", "flavor_name": "m1.tiny", "flavor_vcpus": "1", "flavor_ram": "512",
                    "flavor_disk": "1",
                ]
            )
        }
    }

    @Test("only tenants read, with their key")
    func access() async throws {
        let dev = try await CloudDev.shared.value
        #expect(try await dev.anybody.get("/iaas/v1/flavors").status == 401)
        #expect(try await dev.admin.get("/iaas/v1/flavors").status == 403)
        let local = try await dev.tenant()
        let answer = try await local.client.get("/iaas/v1/flavors")
        #expect(answer.status == 403)
        #expect(answer.json["code"] == 10002, "made without a cloud")
    }
}
