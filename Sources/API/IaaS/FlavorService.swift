import HawserCloud
import HawserCore
import HawserJobs

/// The flavors of seed 004.
struct FlavorService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.listing(
                "flavors",
                "List the flavors, in the order of the cloud",
                .flavorList,
                of: Self.flavor
            ) { session in
                try await Compute(session).flavors().map(\.reply)
            },
            dialect.reading("flavors/{id}", "Read a flavor", .flavorGet, reply: ["flavor": Self.flavor]) {
                session,
                id,
                _ in
                ["flavor": try await Compute(session).flavor(id).reply]
            },
        ]
    }

    /// The schema of a flavor; its numbers are texts.
    static let flavor: JSON = [
        "type": "object",
        "properties": [
            "flavor_id": IaaSDialect.text, "flavor_name": IaaSDialect.text, "flavor_vcpus": IaaSDialect.text,
            "flavor_ram": IaaSDialect.text, "flavor_disk": IaaSDialect.text,
        ],
    ]
}
