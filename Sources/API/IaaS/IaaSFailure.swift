import HawserCore
import HawserHTTP
import HawserJobs
import HawserQueue

/// An error in the shape of seed 004: `{"code": 40102, "msg": …}` with the HTTP status of its class.
struct IaaSFailure: Error {
    let code: IaaSCode
    let status: Int
    let reason: String
    var headers: Headers = [:]

    /// A failure; the reason is for clients.
    init(_ code: IaaSCode, status: Int, _ reason: String, headers: Headers = [:]) {
        self.code = code
        self.status = status
        self.reason = reason
        self.headers = headers
    }

    /// What is wrong with a request.
    ///
    /// - Parameters:
    ///   - problems: all that is wrong.
    ///   - codes: codes that the problems of certain fields have, where nothing else is wrong.
    init(_ problems: [ArgumentProblem], codes: [String: IaaSCode] = [:]) {
        let found = Set(problems.map { codes[$0.field] ?? .badParameter })
        let texts = problems.map { $0.field.isEmpty ? $0.message : "\($0.field) \($0.message)" }
        let code = found.count == 1 ? found.first : nil
        self.init(code ?? .badParameter, status: 400, texts.joined(separator: "; "))
    }

    /// The failure of a job that is over without success.
    init(_ job: JobRecord) {
        // Where something could not be undone, the engine puts the details one level down.
        let given = job.error?.details
        let details: IaaSFailureDetails? = try? (given?["not_undone"] == nil ? given : given?["details"])?.decoded()
        code = details.flatMap { IaaSCode(rawValue: $0.code) } ?? Self.code(of: job)
        status = details?.status ?? (job.state == .cancelled ? 409 : 502)
        reason = job.error?.message ?? "the job was \(job.state.rawValue)"
    }

    private static func code(of job: JobRecord) -> IaaSCode {
        (KindList.named(job.kind) as? any CloudJob.Type)?.failure ?? .noClient
    }

    /// The response.
    func response(_ request: Request) -> Response {
        .json(
            status,
            [
                "code": .int(Int64(code.rawValue)), "msg": .string("\(code.text): \(reason)"),
                "request_id": .string(request.id),
            ],
            headers: headers
        )
    }

    /// The response for whatever a route of the dialect throws.
    static func response(_ error: any Error, _ request: Request) -> Response {
        switch error {
        case let known as IaaSFailure: return known.response(request)
        case let problem as Problem: return IaaSFailure(problem).response(request)
        default:
            // The common judgement of errors, in this dialect's shape.
            let plain = ErrorAnswer.response(error, request)
            var headers = Headers()
            if let after = plain.headers["retry-after"] { headers["Retry-After"] = after }
            let reason =
                switch plain.status {
                case 503: "a service this needs does not answer now, try again later"
                case 413: "the body is too long"
                case 400: "the body cannot be read"
                default: "something failed"
                }
            let code = plain.status < 500 ? IaaSCode.badParameter : .noClient
            return IaaSFailure(code, status: plain.status, reason, headers: headers).response(request)
        }
    }

    private init(_ problem: Problem) {
        code =
            switch problem.status {
            case 401: .unauthorized
            case 403: .apiAuth
            default: .badParameter
            }
        status = problem.status
        let fields = problem.errors.map { $0.field.isEmpty ? $0.message : "\($0.field) \($0.message)" }
        reason = fields.isEmpty ? problem.detail ?? problem.title : fields.joined(separator: "; ")
        headers = problem.headers
    }
}
