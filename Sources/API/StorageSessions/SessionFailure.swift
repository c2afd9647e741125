import HawserCore
import HawserHTTP
import HawserStorage

/// An error of the storage-session API, in the shape of seed 000: `{"status": "failure", "message": …}`.
struct SessionFailure: Error {
    let status: Int
    let message: String
    var headers: Headers = [:]

    /// The response for whatever a route of the dialect throws.
    static func response(_ error: any Error, _ request: Request) -> Response {
        let failure: SessionFailure
        switch error {
        case let known as SessionFailure: failure = known
        case HTTPError.malformedBody(let reason): failure = SessionFailure(status: 400, message: reason)
        case let problem as Problem:
            let message =
                problem.errors.isEmpty
                ? problem.detail ?? problem.title
                : problem.errors
                    .map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }.joined(separator: "; ")
            failure = SessionFailure(status: problem.status, message: message, headers: problem.headers)
        default:
            // The common judgement of errors, in this dialect's shape.
            let plain = ErrorAnswer.response(error, request)
            var headers = Headers()
            if let after = plain.headers["retry-after"] { headers["Retry-After"] = after }
            let message =
                switch plain.status {
                case 503: "a service this needs does not answer now, try again later"
                case 507: "there is no room for the file"
                case 500: "something failed"
                default: (error as? StorageError)?.description ?? "the request cannot be served"
                }
            failure = SessionFailure(status: plain.status, message: message, headers: headers)
        }
        var response = Response.json(
            failure.status,
            ["status": "failure", "message": .string(failure.message), "request_id": .string(request.id)]
        )
        for (name, value) in failure.headers { response.headers.add(name, value) }
        return SessionDialect.dressed(response)
    }
}
