public import HawserCore

extension CloudError {
    /// What a client is told of an error: nothing of the cloud's own words.
    public struct Told: Sendable, Hashable {
        /// A short name for programs.
        public let name: String
        /// A sentence for people.
        public let message: String
        /// The HTTP status of its class: 400, 403, 404, 409 or 502.
        public let status: Int
    }

    /// What a client is told.
    public var told: Told {
        switch kind {
        case .notFound: Told(name: "not_found", message: "the cloud has no such resource", status: 404)
        case .conflict: Told(name: "conflict", message: "the resource is not in a state for this", status: 409)
        case .busy: Told(name: "busy", message: "the resource is busy", status: 409)
        case .quotaExceeded: Told(name: "quota_exceeded", message: "the tenant's quota is used up", status: 403)
        case .forbidden: Told(name: "forbidden", message: "the cloud does not allow this", status: 403)
        case .unauthorized:
            Told(name: "unauthorized", message: "the cloud does not accept the tenant's account", status: 502)
        case .badRequest: Told(name: "bad_request", message: "the cloud does not accept these values", status: 400)
        case .unsupported: Told(name: "unsupported", message: "not supported by this cloud", status: 400)
        case .tooManyRequests:
            Told(name: "too_many_requests", message: "the cloud is asked too often", status: 502)
        case .unavailable, .fault, .malformed:
            Told(name: "cloud_unavailable", message: "the cloud cannot answer now", status: 502)
        case .unreachable: Told(name: "cloud_unreachable", message: "the cloud does not answer", status: 502)
        }
    }

    /// What an operator is told: the request, the cloud's words, its body and its id of the request.
    public var said: JSON {
        var said: [String: JSON] = [
            "request": .string("\(operation)"), "message": .string(message),
            "body": .string(String(body.prefix(4000))),
        ]
        if let status { said["status"] = .int(Int64(status)) }
        if let requestID { said["request_id"] = .string(requestID) }
        return .object(said)
    }
}
