import HawserCore
import HawserHTTP

/// Reading about buckets: `GET /api/storages/bucket…`.
struct BucketRoutes: Sendable {
    private static let template = "\(BucketDialect.prefix)/bucket"

    let backend: Backend

    var endpoints: [Endpoint] { [list, count, show, fileCount, path] }

    private var list: Endpoint {
        reading(
            "",
            "List the caller's buckets",
            ["type": "array", "items": ["$ref": "#/components/schemas/StorageBucket"]]
        ) { _, tenant in
            .array(try await backend.buckets.buckets(tenant: tenant).map { BucketDialect.view($0) })
        }
    }

    private var count: Endpoint {
        reading("/Count", "How many buckets the caller has", ["type": "integer"]) { _, tenant in
            .int(Int64(try await backend.buckets.bucketCount(tenant: tenant)))
        }
    }

    private var show: Endpoint {
        reading(
            "/{id}",
            "Look at a bucket; null when there is none",
            ["anyOf": [["$ref": "#/components/schemas/StorageBucket"], ["type": "null"]]]
        ) { request, tenant in
            let id = try BucketDialect.bucketID(request)
            return try await backend.buckets.bucket(id, tenant: tenant).map { BucketDialect.view($0) } ?? .null
        }
    }

    private var fileCount: Endpoint {
        reading("/{id}/Count", "How many files a bucket has", ["type": "integer"]) { request, tenant in
            let id = try BucketDialect.bucketID(request)
            return .int(Int64(try await backend.buckets.fileCount(in: id, tenant: tenant)))
        }
    }

    private var path: Endpoint {
        reading("/{id}/Path", "The path of a bucket; null when there is none", ["type": ["string", "null"]]) {
            request,
            tenant in
            let id = try BucketDialect.bucketID(request)
            return try await backend.buckets.bucket(id, tenant: tenant).map { .string($0.path) } ?? .null
        }
    }

    private func reading(
        _ path: String,
        _ summary: String,
        _ schema: JSON,
        _ body: @escaping @Sendable (Request, String) async throws -> JSON
    ) -> Endpoint {
        Endpoint(
            method: "GET",
            template: Self.template + path,
            summary: summary,
            access: .tenant,
            parameters: path.contains("{id}") ? [.bucketID] : [],
            answers: [.init(status: 200, help: "As it is now", schema: schema)],
            problems: path.contains("{id}") ? [404] : []
        ) { request, caller in
            BucketDialect.answer(try await body(request, try caller.tenantID()))
        }
    }
}
