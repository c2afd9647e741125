import CMongoC

/// What a call was, for its errors.
struct MongoOperation: Sendable {
    let name: String
    let collection: String

    func unavailable(_ cause: String) -> MetadataUnavailable {
        MetadataUnavailable(operation: name, collection: collection, cause: cause)
    }

    func error(_ kind: MetadataError.Kind, _ cause: String) -> MetadataError {
        MetadataError(operation: name, collection: collection, kind: kind, cause: cause)
    }

    /// The typed error for a domain, number and message of the driver (its error API version 2).
    func error(domain: UInt32, code: Int, message: String) -> any Error {
        switch mongoc_error_domain_t(domain) {
        case MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_STREAM, MONGOC_ERROR_POOL: return unavailable(message)
        case MONGOC_ERROR_BSON: return error(.malformed, message)
        default: break
        }
        if Self.transient.contains(code) { return unavailable(message) }
        guard code == 11000 || code == 11001 else { return error(.failed(code: code), message) }
        let index = message.firstRange(of: "index: ").map { String(message[$0.upperBound...].prefix { $0 != " " }) }
        return error(.duplicate(index: index), "duplicate key\(index.map { " in index \($0)" } ?? "")")
    }

    /// MongoDB's error numbers that mean "not this server, or not now" (from its `error_codes.yml`).
    private static let transient: Set<Int> = [
        6,  // HostUnreachable
        7,  // HostNotFound
        50,  // MaxTimeMSExpired
        89,  // NetworkTimeout
        91,  // ShutdownInProgress
        189,  // PrimarySteppedDown
        262,  // ExceededTimeLimit
        9001,  // SocketException
        10107,  // NotWritablePrimary
        11600,  // InterruptedAtShutdown
        11602,  // InterruptedDueToReplStateChange
        13435,  // NotPrimaryNoSecondaryOk
        13436,  // NotPrimaryOrSecondary
    ]
}
