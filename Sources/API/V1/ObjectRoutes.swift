import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// What the store keeps, whichever dialect brought it: `/v1/objects`.
struct ObjectRoutes: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [show, repair] }

    private static let id = Endpoint.Parameter(name: "id", place: .path, help: "The object's id")

    private var show: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/objects/{id}",
            summary: "How safe an object is, and where its bytes are",
            access: .caller,
            parameters: [Self.id],
            answers: [.init(status: 200, help: "The object", schema: Self.schema)],
            problems: [404]
        ) { request, caller in
            let (object, content) = try await find(request, caller)
            return .json(
                200,
                [
                    "object_id": .string(object.id), "size": .int(object.size), "sha256": .string(object.sha256),
                    "state": .string(content.state.rawValue), "layout": try await layout(content),
                    "encryption": .string(content.storagePolicy.encryption.rawValue),
                    "layout_policy": .string(content.policy.text),
                ]
            )
        }
    }

    private var repair: Endpoint {
        Endpoint(
            method: "POST",
            template: "/v1/objects/{id}/repair",
            summary: "Check every fragment of an object and rebuild those that are lost or damaged",
            access: .caller,
            parameters: [Self.id, .prefer],
            answers: [.finishedJob, .acceptedJob],
            problems: [400, 404]
        ) { request, caller in
            let (object, content) = try await find(request, caller)
            let submission = try JobSubmission(ObjectRepair.self, .init(content: content.id), tenant: object.tenant)
            let answers = JobAnswers(backend: backend)
            return try await answers.submit(for: request) { try await answers.enqueue(submission) }
        }
    }

    private func find(_ request: Request, _ caller: Caller) async throws -> (StoredObject, StoredContent) {
        let id = request.pathParameters["id"] ?? ""
        let found: StoredObject? =
            switch caller {
            case .admin: try await backend.objects.find([id]).first
            case .tenant(let tenant): try await backend.objects.find(id, tenant: tenant)
            case .anybody: nil
            }
        guard let found, let content = try await backend.objects.contents.find(found.content) else {
            throw Problem(status: 404, detail: "There is no such object.")
        }
        return (found, content)
    }

    private func layout(_ content: StoredContent) async throws -> JSON {
        switch content.layout {
        case .inline: return ["type": "inline"]
        case .staged: return ["type": "staged"]
        case .coded(let coded):
            let states = try await backend.objects.contents.fragmentStates(of: coded)
            let partitions = zip(coded.partitions, states).map { partition, states -> JSON in
                let fragments = zip(partition.fragments, states).map { fragment, state -> JSON in
                    [
                        "index": .int(Int64(fragment.index)), "target": .string(fragment.target),
                        "state": .string(state.rawValue),
                    ]
                }
                return ["length": .int(partition.length), "fragments": .array(fragments)]
            }
            return [
                "type": coded.k == 1 ? "replicas" : "erasure", "k": .int(Int64(coded.k)), "m": .int(Int64(coded.m)),
                "partitions": .array(partitions),
            ]
        }
    }

    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "object_id": ["type": "string"], "size": ["type": "integer"], "sha256": ["type": "string"],
            "state": ["type": "string", "enum": ["staged", "durable", "degraded"]],
            "encryption": ["type": "string", "enum": ["none", "aes256-gcm"]],
            "layout_policy": ["type": "string", "description": "automatic, replicas, erasure or k+m"],
            "layout": [
                "type": "object",
                "properties": [
                    "type": ["type": "string", "enum": ["inline", "staged", "replicas", "erasure"]],
                    "k": ["type": "integer"], "m": ["type": "integer"],
                    "partitions": [
                        "type": "array",
                        "items": [
                            "type": "object",
                            "properties": [
                                "length": ["type": "integer"],
                                "fragments": [
                                    "type": "array",
                                    "items": [
                                        "type": "object",
                                        "properties": [
                                            "index": ["type": "integer"], "target": ["type": "string"],
                                            "state": [
                                                "type": "string",
                                                "enum": ["present", "missing", "damaged", "unreachable"],
                                            ],
                                        ],
                                    ],
                                ],
                            ],
                        ],
                    ],
                ],
            ],
        ],
    ]
}
