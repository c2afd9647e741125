import HawserCloud
import HawserCore
import HawserJobs

/// The images of seed 004.
struct ImageService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] {
        [
            dialect.listing("images", "List the images, in the order of the cloud", .imageList, of: Self.image) {
                session in
                try await Images(session).images().map(\.reply)
            },
            dialect.reading("images/{id}", "Read an image", .imageGet, reply: ["image": Self.image]) {
                session,
                id,
                _ in
                ["image": try await Images(session).image(id).reply]
            },
        ]
    }

    private static let image: JSON = [
        "type": "object",
        "properties": [
            "image_id": IaaSDialect.text, "image_name": IaaSDialect.text, "image_diskformat": IaaSDialect.text,
            "image_containerformat": IaaSDialect.text,
        ],
    ]
}
