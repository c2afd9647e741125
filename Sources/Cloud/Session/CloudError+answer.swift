import Foundation
import HawserCore
import HawserHTTP

extension CloudError {
    /// The error an answer with a status of 300 or more stands for.
    init(_ operation: CloudOperation, answer: ClientResponse, body: String) {
        let words = CloudErrorText(body: body, status: answer.status)
        let retryAfter = answer.headers["Retry-After"].flatMap(Self.duration)
        self.init(
            Self.kind(status: answer.status, words: words, retryAfter: retryAfter),
            operation,
            message: words.message,
            status: answer.status,
            requestID: answer.headers["X-Openstack-Request-Id"] ?? answer.headers["X-Compute-Request-Id"],
            type: words.type,
            body: body,
            // A gateway answers for a service that may still be at work; a service that failed may have begun.
            mayHaveReached: answer.status >= 500 && answer.status != 503 && operation.method != "GET"
        )
    }

    /// The error of a request without an answer.
    init(_ operation: CloudOperation, _ error: HTTPClientError) {
        let kind: Kind =
            switch error.kind {
            case .invalidRequest, .refusedAddress: .badRequest
            case .resolve: .unreachable(.resolve)
            case .connect: .unreachable(.connect)
            case .tls: .unreachable(.tls)
            case .timeout: .unreachable(error.phase == .connecting ? .connect : .timeout)
            case .send, .receive, .closed: .unreachable(.broken)
            case .tooLarge: .malformed
            }
        let mayHaveReached = error.phase != .connecting && error.kind != .tls && operation.method != "GET"
        self.init(kind, operation, message: "\(error.url): \(error.cause)", mayHaveReached: mayHaveReached)
    }

    private static func kind(status: Int, words: CloudErrorText, retryAfter: Duration?) -> Kind {
        switch status {
        case 400, 422: words.isAboutState ? (words.isTransition ? .busy : .conflict) : .badRequest
        case 401: .unauthorized
        case 403: words.isAboutQuota ? .quotaExceeded : words.isAboutShare ? .conflict : .forbidden
        case 404, 410: .notFound
        case 406: .unsupported
        case 409: words.isAboutQuota ? .quotaExceeded : words.isTransition ? .busy : .conflict
        case 412: .conflict
        // Cinder and Manila say 413 for quotas, with "Retry-After: 0"; a rate limit has a time to wait.
        case 413:
            retryAfter ?? .zero > .zero && !words.isAboutQuota
                ? .tooManyRequests(retryAfter: retryAfter)
                : .quotaExceeded
        case 429: .tooManyRequests(retryAfter: retryAfter)
        case 405, 501: .unsupported
        case 502, 503, 504: .unavailable(retryAfter: retryAfter)
        case 408: .unavailable(retryAfter: retryAfter)
        case 500...: .fault
        case 402...: .badRequest
        default: .malformed
        }
    }

    /// `Retry-After`: seconds or a date; nil when it is neither or in the past.
    static func duration(_ text: String) -> Duration? {
        if let seconds = Double(text.trimmingCharacters(in: .whitespaces)), seconds >= 0, seconds < 1e9 {
            return .seconds(seconds)
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text) else { return nil }
        let seconds = date.timeIntervalSinceNow
        return seconds > 0 ? .seconds(seconds) : .zero
    }
}
