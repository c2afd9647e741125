import HawserCore
import HawserHTTP
import HawserMetadata

/// What is known of a file, and its end: `/api/storages/file/{id}…`.
struct FileRoutes: Sendable {
    private static let template = "\(BucketDialect.prefix)/file/{id}"

    let backend: Backend

    var endpoints: [Endpoint] { [info, path, remove] }

    private var info: Endpoint {
        endpoint(
            "GET",
            "/Info",
            "Look at a file; null when there is none",
            ["anyOf": [["$ref": "#/components/schemas/StorageFile"], ["type": "null"]]]
        ) { id, tenant in
            try await backend.buckets.file(id, tenant: tenant).map { BucketDialect.view($0) } ?? .null
        }
    }

    private var path: Endpoint {
        endpoint("GET", "/Path", "The path of a file; null when there is none", ["type": ["string", "null"]]) {
            id,
            tenant in
            try await backend.buckets.file(id, tenant: tenant).map { .string($0.path) } ?? .null
        }
    }

    private var remove: Endpoint {
        endpoint("DELETE", "", "Delete a file; says whether there was one", ["type": "boolean"]) { id, tenant in
            .bool(try await backend.buckets.removeFile(id, tenant: tenant))
        }
    }

    private func endpoint(
        _ method: String,
        _ suffix: String,
        _ summary: String,
        _ schema: JSON,
        _ body: @escaping @Sendable (String, String) async throws -> JSON
    ) -> Endpoint {
        Endpoint(
            method: method,
            template: Self.template + suffix,
            summary: summary,
            access: .tenant,
            parameters: [.fileID],
            answers: [.init(status: 200, help: "As it is now", schema: schema)],
            problems: [404]
        ) { request, caller in
            let tenant = try caller.tenantID()
            return BucketDialect.answer(try await body(try BucketDialect.fileID(request), tenant))
        }
    }
}
