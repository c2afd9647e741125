public import HawserCore

/// A package that a tenant ordered; it counts from when it is paid.
public struct StorageOrder: Sendable, Hashable {
    /// Its id: 32 hexadecimal digits.
    public let id: String
    /// Who ordered it.
    public let tenant: String
    /// When.
    public let created: Timestamp
    /// The package as it was then.
    public let package: StoragePackage
    /// How many of it.
    public let quantity: Int64
    /// What is to be paid.
    public let totalAmount: Int64
    /// Whether it is larger than what the tenant had then.
    public let isUpgrade: Bool
    /// What is paid of the price, in ten-thousandths.
    public let discount: Int64
    /// What there is to be said about it.
    public let remark: String
    /// From when it counts; nil until it is paid.
    public let start: Timestamp?
    /// Until when.
    public let end: Timestamp?
    /// When it was paid.
    public let paid: Timestamp?

    /// How much can be moved in all, in GiB.
    public var netflow: Int64 { package.netflow * quantity }
    /// How much can be moved up, in GiB.
    public var upNetflow: Int64 { package.upNetflow * quantity }
    /// How much can be moved down, in GiB.
    public var downNetflow: Int64 { package.downNetflow * quantity }
    /// How many days it lasts.
    public var validDays: Int64 { package.validDays * quantity }

    init(
        tenant: String,
        package: StoragePackage,
        quantity: Int64,
        totalAmount: Int64,
        isUpgrade: Bool,
        discount: Int64,
        remark: String
    ) {
        id = Crypto.randomBytes(16).hex
        self.tenant = tenant
        created = .now
        self.package = package
        self.quantity = quantity
        self.totalAmount = totalAmount
        self.isUpgrade = isUpgrade
        self.discount = discount
        self.remark = remark
        start = nil
        end = nil
        paid = nil
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        created = try document.required("created", \.date)
        package = try StoragePackage(document: document.required("package", \.document))
        quantity = try document.required("quantity", \.int)
        totalAmount = try document.required("total_amount", \.int)
        isUpgrade = try document.required("is_upgrade", \.bool)
        discount = try document.required("discount", \.int)
        remark = try document.required("remark", \.string)
        start = try document.optional("start", \.date)
        end = try document.optional("end", \.date)
        paid = try document.optional("paid", \.date)
    }

    /// As it is stored until it is paid: `paid` and `removed` are there to be asked for.
    var document: BSONDocument {
        [
            "_id": .string(id), "tenant": .string(tenant), "created": .date(created),
            "package": .document(package.document), "quantity": .int(quantity), "total_amount": .int(totalAmount),
            "is_upgrade": .bool(isUpgrade), "discount": .int(discount), "remark": .string(remark),
            "paid": nil, "removed": false,
        ]
    }
}
