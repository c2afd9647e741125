/// A package of storage and traffic that tenants can buy.
public struct StoragePackage: Sendable, Hashable {
    /// Its number.
    public let id: Int64
    /// What it is called.
    public let name: String
    /// The price of one, in the smallest unit of the operator's money.
    public let price: Int64
    /// How much can be stored, in GiB.
    public let volume: Int64
    /// How much can be moved in all, in GiB.
    public let netflow: Int64
    /// How much can be moved up, in GiB.
    public let upNetflow: Int64
    /// How much can be moved down, in GiB.
    public let downNetflow: Int64
    /// How many days one lasts.
    public let validDays: Int64
    /// What there is to be said about it.
    public let remark: String
    /// What who buys so many at once pays, in ten-thousandths of the price, by quantity.
    public let discounts: [Int64: Int64]

    /// A discount that is none.
    public static let fullPrice: Int64 = 10_000

    init(_ id: Int64, _ name: String, price: Int64, volume: Int64, netflow: Int64, days: Int64) {
        self.id = id
        self.name = name
        self.price = price
        self.volume = volume
        self.netflow = netflow
        upNetflow = netflow / 2
        downNetflow = netflow / 2
        validDays = days
        remark = ""
        discounts = [:]
    }

    /// What a store begins with: the packages of seed 001's original (`order.sql`).
    static let defaults = [
        StoragePackage(1, "basic package", price: 15_000_000, volume: 1024, netflow: 6144, days: 30),
        StoragePackage(2, "professional package", price: 40_000_000, volume: 3072, netflow: 18_432, days: 30),
    ]

    /// What so many cost: price x quantity x discount, cut to a whole number.
    ///
    /// - Returns: the amount and the discount in ten-thousandths; nil when the amount is beyond 64 bits.
    func cost(of quantity: Int64) -> (amount: Int64, discount: Int64)? {
        let discount = discounts[quantity] ?? Self.fullPrice
        let (full, isLarge) = price.multipliedReportingOverflow(by: quantity)
        let (parts, isTooLarge) = full.multipliedReportingOverflow(by: discount)
        return isLarge || isTooLarge ? nil : (parts / Self.fullPrice, discount)
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.int)
        name = try document.required("name", \.string)
        price = try document.required("price", \.int)
        volume = try document.required("volume", \.int)
        netflow = try document.required("netflow", \.int)
        upNetflow = try document.required("up_netflow", \.int)
        downNetflow = try document.required("down_netflow", \.int)
        validDays = try document.required("valid_days", \.int)
        remark = try document.optional("remark", \.string) ?? ""
        var discounts: [Int64: Int64] = [:]
        for entry in try document.optional("discounts", \.array) ?? [] {
            guard let entry = entry.document else { throw BSONFieldError(field: "discounts", isMissing: false) }
            discounts[try entry.required("quantity", \.int)] = try entry.required("ten_thousandths", \.int)
        }
        self.discounts = discounts
    }

    var document: BSONDocument {
        [
            "_id": .int(id), "name": .string(name), "price": .int(price), "volume": .int(volume),
            "netflow": .int(netflow), "up_netflow": .int(upNetflow), "down_netflow": .int(downNetflow),
            "valid_days": .int(validDays), "remark": .string(remark),
            "discounts": .array(
                discounts.sorted { $0.key < $1.key }
                    .map { ["quantity": .int($0.key), "ten_thousandths": .int($0.value)] }
            ),
        ]
    }
}
