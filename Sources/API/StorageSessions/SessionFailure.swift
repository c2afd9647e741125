import HawserCore
import HawserHTTP

/// An error of the storage-session API, in the shape of seed 000: `{"status": "failure", "message": …}`.
struct SessionFailure: Error {
    let status: Int
    let message: String
    var headers: Headers = [:]

    /// The response for whatever a route of the dialect throws.
    static func response(_ error: any Error, _ request: Request) -> Response {
        let failure: SessionFailure
        if let known = error as? SessionFailure {
            failure = known
        } else {
            let plain = PlainFailure(error, request)
            failure = SessionFailure(status: plain.status, message: plain.message, headers: plain.headers)
        }
        var response = Response.json(
            failure.status,
            ["status": "failure", "message": .string(failure.message), "request_id": .string(request.id)]
        )
        for (name, value) in failure.headers { response.headers.add(name, value) }
        return SessionDialect.dressed(response)
    }
}
