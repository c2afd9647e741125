import HawserCore
import HawserHTTP
import HawserMetadata

/// `POST /v1/orders/{id}/pay`: the operator notes that an order of seed 001 is paid.
///
/// The seed has no route for it; its money moves elsewhere.
struct PaymentRoute: Sendable {
    let orders: OrderCollection

    var endpoint: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/orders/{id}/pay",
            summary: "Note that an order is paid: it counts from now, or from the end of what is paid already",
            access: .admin,
            parameters: [.init(name: "id", place: .path, help: "The order's id")],
            answers: [.init(status: 200, help: "The order, as /order/getinfo shows it", schema: ["type": "object"])],
            problems: [404, 409]
        ) { request, _ in
            switch try await orders.pay(request.pathParameters["id"] ?? "") {
            case .done(let order): .json(200, OrderView.json(order))
            case .already: throw Problem(status: 409, detail: "The order is paid already.")
            case .unknown: throw Problem(status: 404, detail: "There is no such order.")
            }
        }
    }
}
