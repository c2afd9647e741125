import HawserCore
import Testing

@Suite("packages and orders", .timeLimit(.minutes(10)))
struct PackageTests {
    @Test("packages, an order, its payment, what it allows")
    func orders() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant(package: nil)
        let packages = try await tenant.does("/order/packages").array ?? []
        #expect(packages.map { $0["name"] } == ["basic package", "professional package"])
        #expect(packages.first?["remark"] == nil && packages.first?["volume"] == 1024)
        for path in ["/order/package/get?id=2", "/order/package/get?packageid=2"] {
            #expect(try await tenant.does(path)["price"] == 40_000_000)
        }
        #expect(try await tenant.ask("/order/package/get?id=9").code == 21)
        for path in ["/order/package/get", "/order/package/get?id=x"] {
            #expect(try await tenant.ask(path).code == 400)
        }
        #expect(try await tenant.ask("/usage/amount").code == 401)
        #expect(try await tenant.ask("/store/upload", ["filename": "/x"]).code == 401)
        #expect(try await tenant.ask("/store/uploaddir", ["parent": "/x"]).code == 401)
        #expect(try await tenant.ask("/store/downloaddir", ["parent": "/x"]).code == 401)
        let bad: [(JSON, Int64)] = [
            ([:], 400), (["id": 1], 400), (["id": 1, "quanlity": 0], 400), (["id": 1, "quanlity": -1], 400),
            (["id": 1, "quanlity": 10_001], 400), (["id": 9, "quanlity": 1], 21), (["id": [], "quanlity": 1], 400),
            (["id": 1, "quanlity": 1, "canceled": 7], 400),
        ]
        for (body, code) in bad {
            #expect(try await tenant.ask("/order/package/buy", body).code == code, "\(body.text)")
        }
        let first = try await tenant.does("/order/package/buy", ["id": 1, "quanlity": 2])
        let second = try await tenant.does("/order/package/buy", ["id": "1", "quanlity": 1, "canceled": true])
        let id = try #require(second["id"]?.string)
        #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(second["totalAmount"] == 15_000_000 && second["paid"] == false && second["startTime"] == nil)
        #expect(try await tenant.does("/order/all?expired=false").array?.map { $0["id"] } == [.string(id)])
        #expect(try await tenant.does("/order/all").array?.count == 1)
        #expect(try await tenant.ask("/order/all?expired=maybe").code == 400)
        #expect(try await tenant.ask("/order/getinfo").code == 15)
        #expect(try await tenant.ask("/order/getinfo?orderid=\(first["id"]?.string ?? "")").code == 16)
        let other = try await dev.tenant(package: nil)
        #expect(try await other.ask("/order/getinfo?orderid=\(id)").code == 16)
        #expect(try await tenant.tenant.client.post("/v1/orders/\(id)/pay").status == 403)
        let paid = try await dev.dev.admin.post("/v1/orders/\(id)/pay")
        #expect(paid.status == 200 && paid.json["paid"] == true)
        #expect(try await dev.dev.admin.post("/v1/orders/\(id)/pay").status == 409)
        #expect(try await dev.dev.admin.post("/v1/orders/00/pay").status == 404)
        let info = try await tenant.does("/order/getinfo?orderid=\(id)")
        let (start, end) = (try #require(info["startTime"]?.int), try #require(info["endTime"]?.int))
        #expect(end - start == 30 * 86_400)
        let usage = try await tenant.does("/usage/amount")
        #expect(usage["volume"] == 1_048_576 && usage["downNetflow"] == .int(3072 * 1024) && usage["usageVolume"] == 0)
        let upgrade = try await tenant.does("/order/package/buy", ["id": 2, "quanlity": 1])
        #expect(upgrade["upgraded"] == true && upgrade["remark"] != nil)
        _ = try await dev.dev.admin.post("/v1/orders/\(upgrade["id"]?.string ?? "")/pay")
        #expect(try await tenant.ask("/order/package/buy", ["id": 1, "quanlity": 1]).code == 22)
    }
}
