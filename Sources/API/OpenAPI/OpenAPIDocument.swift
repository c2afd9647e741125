import HawserCore
import HawserHTTP

/// The description of all routes (OpenAPI 3.1), made from the endpoints themselves.
enum OpenAPIDocument {
    /// The whole document.
    static func json(_ endpoints: [Endpoint]) -> JSON {
        var paths: [String: JSON] = [:]
        for (template, group) in Dictionary(grouping: endpoints, by: \.template) {
            var operations: [String: JSON] = [:]
            for endpoint in group { operations[endpoint.method.lowercased()] = operation(endpoint) }
            paths[template] = .object(operations)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Hawser", "version": "1",
                "description": "Slow cloud work, done asynchronously: submit, follow, never lose.",
            ],
            "paths": .object(paths),
            "components": [
                "schemas": OpenAPISchemas.all,
                "securitySchemes": [
                    "basic": ["type": "http", "scheme": "basic", "description": "tenant id : key"],
                    "bearer": ["type": "http", "scheme": "bearer", "description": "a tenant's key, or the admin key"],
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSON {
        var operation: [String: JSON] = ["summary": .string(endpoint.summary)]
        operation["operationId"] = .string(
            endpoint.method.lowercased()
                + endpoint.template.split(whereSeparator: { "/{}.-".contains($0) }).map {
                    $0.prefix(1).uppercased() + $0.dropFirst()
                }
                .joined()
        )
        if endpoint.access != .open {
            let schemes: [JSON] = endpoint.access == .admin ? [["bearer": []]] : [["basic": []], ["bearer": []]]
            operation["security"] = .array(schemes)
        }
        if !endpoint.parameters.isEmpty {
            operation["parameters"] = .array(
                endpoint.parameters.map { parameter in
                    [
                        "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
                        "description": .string(parameter.help), "required": .bool(parameter.place == .path),
                        "schema": parameter.schema,
                    ]
                }
            )
        }
        if let body = endpoint.body {
            operation["requestBody"] = [
                "required": .bool(body.isRequired), "content": .object([body.type: ["schema": body.schema]]),
            ]
        }
        operation["responses"] = .object(responses(endpoint))
        return .object(operation)
    }

    private static func responses(_ endpoint: Endpoint) -> [String: JSON] {
        var responses: [String: JSON] = [:]
        for answer in endpoint.answers {
            var response: [String: JSON] = ["description": .string(answer.help)]
            if let schema = answer.schema { response["content"] = .object([answer.type: ["schema": schema]]) }
            if !answer.headers.isEmpty {
                response["headers"] = .object(
                    Dictionary(uniqueKeysWithValues: answer.headers.map { ($0, ["schema": ["type": "string"]]) })
                )
            }
            responses["\(answer.status)"] = .object(response)
        }
        let isFileStore = FileStoreDialect.isOwn(endpoint.template)
        // All else is in the envelope of an answer 200 there.
        var problems = isFileStore ? [] : endpoint.problems + [500, 503]
        if endpoint.access != .open { problems += isFileStore ? [401] : [401, 403] }
        let content = problem(endpoint.template)
        for status in problems where responses["\(status)"] == nil {
            responses["\(status)"] = ["description": .string(Problem(status: status).title), "content": content]
        }
        return responses
    }

    private static let shapes = [
        SessionDialect.prefix: "SessionFailure", BucketDialect.prefix: "StorageFailure",
        IaaSDialect.prefix: "CloudFailure",
    ].merging(FileStoreDialect.prefixes.map { ($0, "StoreEnvelope") }) { first, _ in first }

    /// What a problem is told in: each dialect has a shape of its own.
    private static func problem(_ template: String) -> JSON {
        guard let shape = shapes.first(where: { template.hasPrefix($0.key + "/") })?.value else {
            return ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]]
        }
        return ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(shape)")]]]
    }
}
