import HawserCore
import HawserHTTP

/// One route: where it is, who may call it, what it takes and answers, and how it is done.
///
/// The router and `/openapi.json` are both made from the list of endpoints, so a route cannot be undescribed.
struct Endpoint: Sendable {
    /// Who may call.
    enum Access: Sendable {
        /// Anybody.
        case open
        /// A tenant.
        case tenant
        /// A tenant, for what is its own, or the operator, for all.
        case caller
        /// The operator.
        case admin
    }

    /// A parameter of the path, the query or the headers.
    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }
        let name: String
        let place: Place
        let help: String
        var schema: JSON = ["type": "string"]
    }

    /// What is answered with a status.
    struct Answer: Sendable {
        let status: Int
        let help: String
        var type = "application/json"
        var schema: JSON?
        var headers: [String] = []
    }

    /// A body that is taken.
    struct Body: Sendable {
        let type: String
        let schema: JSON
        var isRequired = true
    }

    let method: String
    let template: String
    let summary: String
    let access: Access
    var parameters: [Parameter] = []
    var body: Body?
    var answers: [Answer]
    /// Answers of problems beyond those that every route of its access has.
    var problems: [Int] = []
    var handle: @Sendable (Request, Caller) async throws -> Response
}
