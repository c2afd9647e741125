import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserStorage

/// An error of seed 001's routes: a number and words, in the envelope.
struct StoreFailure: Error {
    let code: Int
    let message: String
    /// 200 for all but callers nobody knows (401) and paths there are not (404).
    var status = 200
    var headers: Headers = [:]

    init(_ code: Int, _ message: String, status: Int = 200, headers: Headers = [:]) {
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers
    }

    /// The failure of a job that is over without success.
    init(_ job: JobRecord) {
        let given = job.error?.details
        code = (given?["code"]?.int).map { Int($0) } ?? 1
        message = job.error?.message ?? "the job was \(job.state.rawValue)"
    }

    /// What is said when a tenant has not registered yet.
    static let registerFirst = StoreFailure(400, "register first")

    /// An argument that is missing or none.
    static func argument(_ name: String, _ rule: String) -> StoreFailure {
        StoreFailure(400, "argument \(name) \(rule)")
    }

    /// The response.
    var response: Response {
        var response = StoreEnvelope.response("", code: code, message: message, status: status)
        for (name, value) in headers { response.headers.add(name, value) }
        return response
    }

    /// The response for whatever a route of the dialect throws.
    static func response(_ error: any Error, _ request: Request) -> Response {
        switch error {
        case let known as StoreFailure: known.response
        case let error as FileTreeError: StoreFailure(error.code, error.message).response
        case let refusal as FileStore.Refusal: StoreFailure(refusal.code, refusal.message).response
        case let refusal as Allowance.Refusal: StoreFailure(refusal.rawValue, refusal.message).response
        case let error as ImportError where !error.isRetryable: StoreFailure(1, error.description).response
        case let problem as Problem: StoreFailure(problem).response
        default: unexpected(error, request).response
        }
    }

    private init(_ problem: Problem) {
        headers = problem.headers
        switch problem.status {
        case 401: (code, message, status) = (401, problem.detail ?? problem.title, 401)
        case 404: (code, message, status) = (404, "there is no such path", 404)
        case 405: (code, message) = (405, "Invalid request method")
        case 415: (code, message) = (415, "Invalid content type")
        case 400, 422:
            let fields = problem.errors.map { $0.field.isEmpty ? $0.message : "\($0.field) \($0.message)" }
            let reason = fields.isEmpty ? problem.detail ?? problem.title : fields.joined(separator: "; ")
            (code, message) = (400, "Invalid json request body: \(reason)")
        default: (code, message) = (problem.status, problem.detail ?? problem.title)
        }
    }

    /// The common judgement of errors, in this dialect's shape.
    static func unexpected(_ error: any Error, _ request: Request) -> StoreFailure {
        let plain = ErrorAnswer.response(error, request)
        var headers = Headers()
        if let after = plain.headers["retry-after"] { headers["Retry-After"] = after }
        return switch plain.status {
        case 503: StoreFailure(503, "a service this needs does not answer now, try again later", headers: headers)
        case 413: StoreFailure(400, "Invalid json request body: it is too long")
        case 400: StoreFailure(400, "Invalid json request body: it cannot be read")
        case 507: StoreFailure(1, "there is no room for the file")
        // The original's number for what it did not expect.
        default: StoreFailure(300, "System error")
        }
    }
}
