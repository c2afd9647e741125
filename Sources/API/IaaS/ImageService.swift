import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The images of seed 004: `GET /iaas/v1/images` and `/{id}`.
struct ImageService: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [list, get] }

    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "image_id": ["type": "string"], "image_name": ["type": "string"],
            "image_diskformat": ["type": "string"], "image_containerformat": ["type": "string"],
        ],
    ]

    private var list: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(IaaSDialect.prefix)/images",
            summary: "List the images, in the order of the cloud",
            access: .tenant,
            parameters: [.pageNumber, .pageSize, .region],
            answers: [IaaSDialect.read(["images": ["type": "array", "items": Self.schema]])],
            problems: [400, 403, 502]
        ) { request, caller in
            let page = try request.page()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .imageList,
                request
            ) { session in
                ["images": .array(try await Images(session).images().page(page).map(\.reply))]
            }
        }
    }

    private var get: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(IaaSDialect.prefix)/images/{id}",
            summary: "Show an image",
            access: .tenant,
            parameters: [.cloudID("The image's id"), .region],
            answers: [IaaSDialect.read(["image": Self.schema])],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try request.cloudID()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .imageGet,
                request
            ) { ["image": try await Images($0).image(id).reply] }
        }
    }
}
