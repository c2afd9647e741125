import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The flavors of seed 004: `GET /iaas/v1/flavors` and `/{id}`.
struct FlavorService: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [list, get] }

    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "flavor_id": ["type": "string"], "flavor_name": ["type": "string"], "flavor_vcpus": ["type": "string"],
            "flavor_ram": ["type": "string"], "flavor_disk": ["type": "string"],
        ],
    ]

    private var list: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(IaaSDialect.prefix)/flavors",
            summary: "List the flavors, in the order of the cloud",
            access: .tenant,
            parameters: [.pageNumber, .pageSize, .region],
            answers: [IaaSDialect.read(["flavors": ["type": "array", "items": Self.schema]])],
            problems: [400, 403, 502]
        ) { request, caller in
            let page = try request.page()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .flavorList,
                request
            ) { session in
                ["flavors": .array(try await Compute(session).flavors().page(page).map(\.reply))]
            }
        }
    }

    private var get: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(IaaSDialect.prefix)/flavors/{id}",
            summary: "Show a flavor",
            access: .tenant,
            parameters: [.cloudID("The flavor's id"), .region],
            answers: [IaaSDialect.read(["flavor": Self.schema])],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try request.cloudID()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .flavorGet,
                request
            ) { ["flavor": try await Compute($0).flavor(id).reply] }
        }
    }
}
