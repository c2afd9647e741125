import HawserCore
import HawserHTTP
import HawserJobs

/// Seed 004: the cloud under `/iaas/v1`, with the seed's field names, codes and messages as JSON.
struct IaaSDialect: Sendable {
    static let prefix = "/iaas/v1"

    let backend: Backend

    var endpoints: [Endpoint] {
        TenantService(backend: backend).endpoints
    }

    /// The answers of a route that makes a change.
    static func changed(_ reply: JSON) -> [Endpoint.Answer] {
        [
            .init(
                status: 202,
                help: "Accepted as a job",
                schema: ["$ref": "#/components/schemas/Job"],
                headers: ["Location", "Retry-After"]
            ),
            .init(
                status: 200,
                help: "Done within the time of Prefer: wait",
                schema: reply,
                headers: ["Location", "Preference-Applied"]
            ),
        ]
    }
}
