import HawserCore
import HawserMetadata
import Testing

@Suite("packages, orders and what may be used by them", .timeLimit(.minutes(1)))
struct OrderTests {
    private let tenant = "t-1"
    private let gibibyte: Int64 = 1 << 30

    private static func make() async throws -> (OrderCollection, MongoDatabase) {
        let database = try await TestDatabase.make()
        let orders = OrderCollection(database)
        try await orders.prepare()
        try await orders.prepare()
        return (orders, database)
    }

    private func paid(_ orders: OrderCollection, _ package: Int64, _ quantity: Int64 = 1) async throws -> StorageOrder {
        let order = try await orders.buy(tenant, package: package, quantity: quantity, cancelsUnpaid: false)
        guard case .done(let paid) = try await orders.pay(order.id) else { throw OrderCollection.Refusal.noPackage }
        return paid
    }

    @Test("the first packages are those of the original, and the operator's changes stay")
    func packages() async throws {
        let (orders, database) = try await Self.make()
        let packages = try await orders.allPackages()
        #expect(packages.map(\.name) == ["basic package", "professional package"])
        #expect(packages.map(\.price) == [15_000_000, 40_000_000])
        #expect(packages.map(\.volume) == [1024, 3072])
        #expect(packages.map(\.upNetflow) == [3072, 9216])
        try await database.collection("storage_packages").updateOne(
            ["_id": 1],
            [
                "$set": [
                    "price": 99, "discounts": [["quantity": 3, "ten_thousandths": 9500]],
                ]
            ]
        )
        try await orders.prepare()
        #expect(try await orders.package(1)?.price == 99)
        let order = try await orders.buy(tenant, package: 1, quantity: 3, cancelsUnpaid: false)
        #expect(order.totalAmount == 282, "297 x 0.95 cut")
        #expect(try await orders.buy(tenant, package: 1, quantity: 2, cancelsUnpaid: false).totalAmount == 198)
        try await database.collection("storage_packages").updateOne(["_id": 1], ["$set": ["price": .int(.max)]])
        await #expect(throws: OrderCollection.Refusal.tooMuch) {
            try await orders.buy(tenant, package: 1, quantity: 2, cancelsUnpaid: false)
        }
        await #expect(throws: OrderCollection.Refusal.noPackage) {
            try await orders.buy(tenant, package: 7, quantity: 2, cancelsUnpaid: false)
        }
    }

    @Test("an order counts from its payment, once, and one of the same size is put behind it")
    func payment() async throws {
        let (orders, _) = try await Self.make()
        let order = try await orders.buy(tenant, package: 1, quantity: 2, cancelsUnpaid: false)
        #expect(
            order.paid == nil && order.totalAmount == 30_000_000 && order.validDays == 60 && order.netflow == 12_288
        )
        #expect(try await orders.service(of: tenant) == nil)
        let payments = try await withThrowingTaskGroup(of: OrderCollection.Payment.self) { group in
            for _ in 0..<8 { group.addTask { try await orders.pay(order.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(payments.count { $0 == .already } == 7)
        let first = try #require(try await orders.find(order.id, tenant: tenant))
        let (start, end) = (try #require(first.start), try #require(first.end))
        #expect(end.seconds(since: start) == 60 * 86_400)
        let service = try #require(try await orders.service(of: tenant))
        #expect(service.isRunning && service.volume == 1024 * gibibyte && service.netflow == 12_288 * gibibyte)
        let second = try await paid(orders, 1)
        #expect(second.start == end && !second.isUpgrade && second.remark.isEmpty)
        #expect(try await orders.service(of: tenant)?.end == second.end)
        #expect(try await orders.service(of: tenant)?.netflow == 18_432 * gibibyte)
        #expect(try await orders.pay("00") == .unknown)
        #expect(try await orders.find(order.id, tenant: "t-2") == nil)
    }

    @Test("a larger package costs the difference for the time left; a smaller one is refused")
    func upgrade() async throws {
        let (orders, _) = try await Self.make()
        _ = try await paid(orders, 1)
        let order = try await orders.buy(tenant, package: 2, quantity: 1, cancelsUnpaid: false)
        #expect(order.isUpgrade)
        // 30 days less some seconds are 719 hours.
        #expect(order.totalAmount == 40_000_000 + 719 * 25_000_000 / 30 / 24)
        #expect(order.remark.contains("upgrade price: 24965277"))
        _ = try await orders.pay(order.id)
        #expect(try await orders.service(of: tenant)?.volume == 3072 * gibibyte)
        await #expect(throws: OrderCollection.Refusal.smaller) {
            try await orders.buy(tenant, package: 1, quantity: 1, cancelsUnpaid: false)
        }
    }

    @Test("unpaid orders can be taken back, paid ones stay")
    func cancelling() async throws {
        let (orders, _) = try await Self.make()
        let first = try await paid(orders, 1)
        let second = try await orders.buy(tenant, package: 1, quantity: 1, cancelsUnpaid: false)
        let third = try await orders.buy(tenant, package: 1, quantity: 1, cancelsUnpaid: true)
        #expect(try await orders.list(tenant, onlyUnexpired: true).map(\.id) == [third.id, first.id])
        #expect(try await orders.pay(second.id) == .unknown)
        #expect(try await orders.list("t-2", onlyUnexpired: false).isEmpty)
    }

    @Test("what may be done: verified, paid, and within each limit")
    func allowance() async throws {
        let (orders, database) = try await Self.make()
        let (allowance, registrations) = (Allowance(database), RegistrationCollection(database))
        try await registrations.prepare()
        func refusal(_ purpose: Allowance.Purpose) async throws -> Int? {
            do {
                try await allowance.check(tenant, for: purpose)
                return nil
            } catch let refusal as Allowance.Refusal {
                return refusal.rawValue
            }
        }
        let registration = Registration(
            tenant: tenant,
            email: "A@example.org",
            isVerified: false,
            sealedCode: [1],
            codeID: "c"
        )
        #expect(try await refusal(.upload) == 400)
        try await registrations.insert(registration)
        let taken = await #expect(throws: MetadataError.self) {
            let other = Registration(
                tenant: "t-2",
                email: "a@EXAMPLE.org",
                isVerified: false,
                sealedCode: nil,
                codeID: ""
            )
            try await registrations.insert(other)
        }
        #expect(taken?.kind == .duplicate(index: "address_1"))
        #expect(try await refusal(.upload) == 400)
        #expect(try await registrations.verify(registration))
        #expect(try await registrations.verify(registration) == false)
        #expect(try await refusal(.upload) == 401)
        // Before the service began traffic does not count.
        let usage = UsageCollection(database)
        func use(_ change: Usage) async throws {
            try await database.transaction("use") { try usage.add(change, to: tenant, for: "x", in: $0) }
        }
        try await use(Usage(up: 9000 * gibibyte))
        _ = try await paid(orders, 1)
        #expect(try await refusal(.upload) == nil)
        try await use(Usage(volume: 1024 * gibibyte - 1))
        #expect(try await refusal(.upload) == nil)
        try await use(Usage(volume: 1))
        #expect(try await refusal(.upload) == 410)
        #expect(try await refusal(.download) == nil)
        try await use(Usage(volume: -1, up: 3072 * gibibyte))
        #expect(try await refusal(.upload) == 412)
        try await use(Usage(down: 3072 * gibibyte - 1))
        #expect(try await refusal(.download) == nil)
        try await use(Usage(down: 1))
        #expect(try await refusal(.download) == 411)
        #expect(try await refusal(.upload) == 411)
        #expect(try await refusal(.folder) == nil)
        let (_, used) = try await allowance.check(tenant, for: .usage)
        #expect(used.up == 3072 * gibibyte && used.down == 3072 * gibibyte)
        // A service that has ended is none; what is paid then counts anew.
        try await database.collection("storage_services").updateOne(
            ["_id": .string(tenant)],
            ["$set": ["end": .date(.now)]]
        )
        #expect(try await refusal(.folder) == 401)
        _ = try await paid(orders, 1)
        #expect(try await refusal(.upload) == nil)
        let (_, anew) = try await allowance.check(tenant, for: .usage)
        #expect(anew.up == 0 && anew.down == 0)
    }
}
