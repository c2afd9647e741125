import HawserCore
import HawserMetadata

/// Packages and orders as seed 001 shows them: sizes in GiB, times in seconds since 1970, without what is zero.
enum OrderView {
    /// A package.
    static func json(_ package: StoragePackage) -> JSON {
        filled([
            "id": .int(package.id), "name": .string(package.name), "price": .int(package.price),
            "volume": .int(package.volume), "netflow": .int(package.netflow), "upNetflow": .int(package.upNetflow),
            "downNetflow": .int(package.downNetflow), "validDays": .int(package.validDays),
            "remark": .string(package.remark),
        ])
    }

    /// An order.
    static func json(_ order: StorageOrder) -> JSON {
        let shown = filled([
            "remark": .string(order.remark), "netflow": .int(order.netflow), "upNetflow": .int(order.upNetflow),
            "downNetflow": .int(order.downNetflow), "startTime": seconds(order.start), "endTime": seconds(order.end),
            "payTime": seconds(order.paid), "volume": .int(order.package.volume), "validDays": .int(order.validDays),
        ])
        let whole: [String: JSON] = [
            "id": .string(order.id), "creation": seconds(order.created), "packageId": .int(order.package.id),
            "package": json(order.package), "quanlity": .int(order.quantity), "totalAmount": .int(order.totalAmount),
            "upgraded": .bool(order.isUpgrade), "paid": .bool(order.paid != nil),
            "discount": .double(Double(order.discount) / Double(StoragePackage.fullPrice)),
        ]
        return .object(whole.merging(shown.object ?? [:]) { whole, _ in whole })
    }

    private static func seconds(_ time: Timestamp?) -> JSON { .int((time?.milliseconds ?? 0) / 1000) }

    private static func filled(_ members: [String: JSON]) -> JSON {
        .object(members.filter { $0.value != .int(0) && $0.value != .string("") })
    }
}
