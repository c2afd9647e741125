import HawserCore
import HawserHTTP
import HawserMetadata

/// `/order/…` and `/usage/amount`.
struct OrderRoutes: Sendable {
    private static let mebibyte: Int64 = 1 << 20

    let dialect: FileStoreDialect

    var endpoints: [Endpoint] {
        [
            dialect.reading("/order/packages", "List the packages") { _, _ in
                .array(try await dialect.orders.allPackages().map(OrderView.json))
            },
            dialect.reading(
                "/order/package/get",
                "Look at a package",
                query: ["id": "Its number", "packageid": "The same, as older clients call it"]
            ) { request, _ in
                guard let text = request.query("id") ?? request.query("packageid"), let id = Int64(text) else {
                    throw StoreFailure.argument("id", "must be the number of a package")
                }
                guard let package = try await dialect.orders.package(id) else {
                    throw StoreFailure(21, "package not found")
                }
                return OrderView.json(package)
            },
            buy,
            dialect.reading(
                "/order/all",
                "List the caller's orders, the newest first",
                query: ["expired": "true, as when it is missing: only those that have not expired; false: all"]
            ) { request, tenant in
                let text = request.query("expired") ?? "true"
                guard let isOnlyUnexpired = ["true": true, "1": true, "false": false, "0": false][text.lowercased()]
                else { throw StoreFailure.argument("expired", "must be true or false") }
                return .array(
                    try await dialect.orders.list(tenant, onlyUnexpired: isOnlyUnexpired).map(OrderView.json)
                )
            },
            dialect.reading("/order/getinfo", "Look at an order", query: ["orderid": "Its id"]) { request, tenant in
                guard let id = request.query("orderid"), !id.isEmpty else {
                    throw StoreFailure(15, "orderId is required")
                }
                guard let order = try await dialect.orders.find(id.lowercased(), tenant: tenant) else {
                    throw StoreFailure(16, "order not found")
                }
                return OrderView.json(order)
            },
            usage,
        ]
    }

    private var buy: Endpoint {
        dialect.posting(
            "/order/package/buy",
            "Order a package; it counts from when it is paid",
            body: [
                "id": ["type": ["integer", "string"]], "canceled": ["type": "boolean", "default": false],
                "quanlity": ["type": "integer", "minimum": 1, "maximum": .int(OrderCollection.mostAtOnce)],
            ]
        ) { fields, tenant, _ in
            guard let id = try fields.number("id") else { throw StoreFailure.argument("id", "must not be empty") }
            // The seed's spelling.
            guard let quantity = try fields.number("quanlity"), (1...OrderCollection.mostAtOnce).contains(quantity)
            else {
                throw StoreFailure.argument("quanlity", "must be from 1 to \(OrderCollection.mostAtOnce)")
            }
            let cancelsUnpaid = try fields.flag("canceled")
            do {
                let order = try await dialect.orders.buy(
                    tenant,
                    package: id,
                    quantity: quantity,
                    cancelsUnpaid: cancelsUnpaid
                )
                return StoreEnvelope.response(OrderView.json(order))
            } catch let refusal as OrderCollection.Refusal {
                switch refusal {
                case .noPackage: throw StoreFailure(21, "package not found")
                case .smaller: throw StoreFailure(22, "can not buy a package smaller than the current one")
                case .tooMuch: throw StoreFailure.argument("quanlity", "is more than can be reckoned")
                }
            }
        }
    }

    private var usage: Endpoint {
        dialect.reading("/usage/amount", "What the caller may use and has used, in MiB") { _, tenant in
            let (service, used) = try await dialect.store.allowance.check(tenant, for: .usage)
            func mebibytes(_ bytes: Int64) -> JSON { .int(bytes / Self.mebibyte) }
            return [
                "packageId": .int(service.package.id), "endTime": .int(service.end.milliseconds / 1000),
                "volume": mebibytes(service.volume), "netflow": mebibytes(service.netflow),
                "upNetflow": mebibytes(service.upNetflow), "downNetflow": mebibytes(service.downNetflow),
                "usageVolume": mebibytes(used.volume), "usageNetflow": mebibytes(used.up + used.down),
                "usageUpNetflow": mebibytes(used.up), "usageDownNetflow": mebibytes(used.down),
            ]
        }
    }
}
