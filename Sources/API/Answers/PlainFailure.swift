import HawserCore
import HawserHTTP
import HawserStorage

/// An error in a status and one sentence, for dialects whose own shape of errors holds no more.
struct PlainFailure {
    let status: Int
    let message: String
    var headers: Headers = [:]

    /// What is to be said of whatever a route throws.
    init(_ error: any Error, _ request: Request) {
        switch error {
        case HTTPError.malformedBody(let reason): (status, message) = (400, reason)
        case let problem as Problem:
            status = problem.status
            message =
                problem.errors.isEmpty
                ? problem.detail ?? problem.title
                : problem.errors
                    .map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }.joined(separator: "; ")
            headers = problem.headers
        default:
            // The common judgement of errors.
            let plain = ErrorAnswer.response(error, request)
            status = plain.status
            message =
                switch plain.status {
                case 503: "a service this needs does not answer now, try again later"
                case 507: "there is no room for the file"
                case 500: (error as? StorageError).map(ErrorAnswer.message) ?? "something failed"
                default: (error as? StorageError)?.description ?? "the request cannot be served"
                }
            if let after = plain.headers["retry-after"] { headers["Retry-After"] = after }
        }
    }
}
