public import HawserCore

/// What a tenant may use by the orders it has paid.
public struct StorageService: Sendable, Hashable {
    /// The package of the order that was paid last.
    public let package: StoragePackage
    /// How much may be stored, in bytes.
    public let volume: Int64
    /// How much may be moved in all, in bytes, since the beginning of the service.
    public let netflow: Int64
    /// How much may be moved up.
    public let upNetflow: Int64
    /// How much may be moved down.
    public let downNetflow: Int64
    /// Until when.
    public let end: Timestamp
    /// What had been moved when the service began.
    public let before: Usage

    private static let gibibyte: Int64 = 1 << 30

    /// Whether it holds now.
    public var isRunning: Bool { end > .now }

    /// What was moved since the service began, and what is stored.
    public func counted(_ usage: Usage) -> Usage {
        Usage(
            volume: usage.volume,
            objects: usage.objects,
            up: usage.up - before.up,
            down: usage.down - before.down
        )
    }

    /// The service after an order is paid: while one runs the order is added behind it, else traffic counts anew.
    static func after(_ order: StorageOrder, running: StorageService?, usage: Usage, end: Timestamp) -> StorageService {
        StorageService(
            package: order.package,
            volume: bytes(order.package.volume),
            netflow: sum(running?.netflow, order.netflow),
            upNetflow: sum(running?.upNetflow, order.upNetflow),
            downNetflow: sum(running?.downNetflow, order.downNetflow),
            end: end,
            before: running?.before ?? usage
        )
    }

    private init(
        package: StoragePackage,
        volume: Int64,
        netflow: Int64,
        upNetflow: Int64,
        downNetflow: Int64,
        end: Timestamp,
        before: Usage
    ) {
        self.package = package
        self.volume = volume
        self.netflow = netflow
        self.upNetflow = upNetflow
        self.downNetflow = downNetflow
        self.end = end
        self.before = before
    }

    private static func bytes(_ gibibytes: Int64) -> Int64 {
        let (bytes, isTooMany) = gibibytes.multipliedReportingOverflow(by: gibibyte)
        return isTooMany ? .max : bytes
    }

    private static func sum(_ bytes: Int64?, _ gibibytes: Int64) -> Int64 {
        let (sum, isTooMuch) = (bytes ?? 0).addingReportingOverflow(Self.bytes(gibibytes))
        return isTooMuch ? .max : sum
    }

    init(document: BSONDocument) throws {
        package = try StoragePackage(document: document.required("package", \.document))
        volume = try document.required("volume", \.int)
        netflow = try document.required("netflow", \.int)
        upNetflow = try document.required("up_netflow", \.int)
        downNetflow = try document.required("down_netflow", \.int)
        end = try document.required("end", \.date)
        before = try Usage(document: document.required("before", \.document))
    }

    /// The fields but the tenant's id.
    var fields: BSONDocument {
        [
            "package": .document(package.document), "volume": .int(volume), "netflow": .int(netflow),
            "up_netflow": .int(upNetflow), "down_netflow": .int(downNetflow), "end": .date(end),
            "before": .document(before.change),
        ]
    }
}
