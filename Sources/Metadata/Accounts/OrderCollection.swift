import HawserCore

/// Packages, orders and what tenants may use by them.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct OrderCollection: Sendable {
    /// The most of one package that are ordered at once.
    public static let mostAtOnce: Int64 = 10_000

    /// Why an order is not taken.
    public enum Refusal: Error, Sendable, Equatable {
        /// There is no such package.
        case noPackage
        /// The package is smaller than what the tenant has.
        case smaller
        /// The sum is more than can be counted.
        case tooMuch
    }

    /// What came of paying.
    public enum Payment: Sendable, Equatable {
        /// It is paid.
        case done(StorageOrder)
        /// It was paid before.
        case already
        /// There is no such order, or it was cancelled.
        case unknown
    }

    private let packages: MongoCollection
    private let orders: MongoCollection
    private let services: MongoCollection
    private let usage: UsageCollection

    /// The orders of a database.
    public init(_ database: MongoDatabase) {
        packages = database.collection("storage_packages")
        orders = database.collection("storage_orders")
        services = database.collection("storage_services")
        usage = UsageCollection(database)
    }

    /// Makes the indexes and the first packages that are not there yet.
    ///
    /// Packages are what is in `storage_packages` from then on: the operator changes and adds them there.
    public func prepare() async throws {
        try await orders.createIndexes([MongoIndex(["tenant": 1, "created": -1])])
        guard try await packages.findOne([:]) == nil else { return }
        for package in StoragePackage.defaults {
            var fields = package.document
            fields["_id"] = nil
            try await packages.updateOne(
                ["_id": .int(package.id)],
                ["$setOnInsert": .document(fields)],
                upsert: true
            )
        }
    }

    /// All packages, by number.
    public func allPackages() async throws -> [StoragePackage] {
        try await packages.find(sort: ["_id": 1]).map { try packages.reading($0, StoragePackage.init(document:)) }
    }

    /// The package of a number.
    public func package(_ id: Int64) async throws -> StoragePackage? {
        try await packages.findOne(["_id": .int(id)]).map { try packages.reading($0, StoragePackage.init(document:)) }
    }

    /// What a tenant may use, whether it still runs or not; nil when it never paid for anything.
    public func service(of tenant: String) async throws -> StorageService? {
        try await services.findOne(["_id": .string(tenant)])
            .map { try services.reading($0, StorageService.init(document:)) }
    }

    /// Orders a package.
    ///
    /// - Parameters:
    ///   - tenant: who orders.
    ///   - id: the package's number.
    ///   - quantity: how many, from 1 to `mostAtOnce`.
    ///   - cancelsUnpaid: whether the tenant's orders that are not paid are taken back first.
    /// - Returns: the order, to be paid.
    /// - Throws: `Refusal`.
    public func buy(
        _ tenant: String,
        package id: Int64,
        quantity: Int64,
        cancelsUnpaid: Bool
    ) async throws -> StorageOrder {
        guard let package = try await package(id) else { throw Refusal.noPackage }
        let running = try await service(of: tenant).flatMap { $0.isRunning ? $0 : nil }
        if let running, package.volume < running.package.volume { throw Refusal.smaller }
        guard let cost = package.cost(of: quantity) else { throw Refusal.tooMuch }
        let surcharge = running.flatMap { Self.surcharge($0, package, now: .now) }
        let (total, isTooMuch) = cost.amount.addingReportingOverflow(surcharge?.amount ?? 0)
        guard !isTooMuch else { throw Refusal.tooMuch }
        let order = StorageOrder(
            tenant: tenant,
            package: package,
            quantity: quantity,
            totalAmount: total,
            isUpgrade: surcharge != nil,
            discount: cost.discount,
            remark: surcharge?.remark ?? ""
        )
        try await orders.database.transaction("buy") { [orders] transaction in
            if cancelsUnpaid {
                try transaction.updateMany(
                    orders,
                    ["tenant": .string(tenant), "paid": nil, "removed": false],
                    ["$set": ["removed": true]]
                )
            }
            try transaction.insertOne(orders, order.document)
        }
        return order
    }

    /// Marks an order as paid and lets it count: behind what runs, or from now.
    public func pay(_ id: String) async throws -> Payment {
        guard let found = try await orders.findOne(["_id": .string(id)]) else { return .unknown }
        // Traffic that is moved while this is paid counts for the new service or before it; both are right.
        let tenant = try orders.reading(found) { try $0.required("tenant", \.string) }
        let used = try await usage.of(tenant)
        return try await orders.database.transaction("pay") { [orders, services] transaction in
            guard let document = try transaction.findOne(orders, ["_id": .string(id), "removed": false]) else {
                return .unknown
            }
            let order = try orders.reading(document, StorageOrder.init(document:))
            if order.paid != nil { return .already }
            let known = try transaction.findOne(services, ["_id": .string(tenant)])
                .map { try services.reading($0, StorageService.init(document:)) }
            let now = Timestamp.now
            let running = known.flatMap { $0.end > now ? $0 : nil }
            let start = running?.end ?? now
            let end = start.adding(seconds: Double(order.validDays) * 86_400)
            let paid = try transaction.findOneAndUpdate(
                orders,
                ["_id": .string(id), "paid": nil],
                ["$set": ["paid": .date(now), "start": .date(start), "end": .date(end)]]
            )
            guard let paid else { return .already }
            let service = StorageService.after(order, running: running, usage: used, end: end)
            do {
                try transaction.updateOne(
                    services,
                    ["_id": .string(tenant)],
                    ["$set": .document(service.fields)],
                    upsert: true
                )
            } catch let error as MetadataError where error.isDuplicate {
                // Another order of the tenant was the first to be paid, at the same moment.
                throw MongoTransaction.Conflict(cause: error)
            }
            return .done(try orders.reading(paid, StorageOrder.init(document:)))
        }
    }

    /// A tenant's orders, the newest first.
    public func list(_ tenant: String, onlyUnexpired: Bool) async throws -> [StorageOrder] {
        var filter: BSONDocument = ["tenant": .string(tenant), "removed": false]
        if onlyUnexpired { filter["$or"] = [["end": nil], ["end": ["$gt": .date(.now)]]] }
        return try await orders.find(filter, sort: ["created": -1], limit: 10_000).map(read)
    }

    /// A tenant's order; another's is none.
    public func find(_ id: String, tenant: String) async throws -> StorageOrder? {
        try await orders.findOne(["_id": .string(id), "tenant": .string(tenant), "removed": false]).map(read)
    }

    private func read(_ document: BSONDocument) throws -> StorageOrder {
        try orders.reading(document, StorageOrder.init(document:))
    }

    /// What a larger package costs for the time that the smaller one is paid for: the difference of the prices for the
    /// hours left, as the original reckons it (a month is 30 days).
    private static func surcharge(
        _ running: StorageService,
        _ package: StoragePackage,
        now: Timestamp
    ) -> (amount: Int64, remark: String)? {
        guard package.volume > running.package.volume else { return nil }
        let hours = Int64(running.end.seconds(since: now) / 3600)
        let difference = max(0, package.price - running.package.price)
        let (product, isTooMuch) = hours.multipliedReportingOverflow(by: difference)
        let amount = isTooMuch ? Int64.max : product / 30 / 24
        return (amount, "\(now.rfc3339)~\(running.end.rfc3339) upgrade price: \(amount)")
    }
}
