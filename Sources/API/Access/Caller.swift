import HawserCore
import HawserHTTP
import HawserQueue

/// Who calls.
enum Caller: Sendable, Equatable {
    /// Nobody in particular, on a route that is open.
    case anybody
    /// The operator, who may see all.
    case admin
    /// A tenant, who may see its own.
    case tenant(String)

    /// The tenant that calls.
    ///
    /// - Throws: a 403 problem when it is the operator, who owns nothing.
    func tenantID() throws -> String {
        guard case .tenant(let id) = self else {
            throw Problem(status: 403, detail: "The admin key owns nothing: use a tenant's key for this.")
        }
        return id
    }

    /// Whether a job may be seen.
    func maySee(_ job: JobRecord) -> Bool {
        switch self {
        case .anybody: false
        case .admin: true
        case .tenant(let id): job.tenant == id
        }
    }
}
