import HawserCore
import HawserJobs
import HawserQueue

/// The shapes of data that the description of the routes refers to.
enum OpenAPISchemas {
    static var all: JSON {
        [
            "Submission": submission,
            "Submissions": [
                "oneOf": [
                    ref("Submission"),
                    [
                        "type": "array", "items": ref("Submission"), "minItems": 1,
                        "maxItems": .int(Int64(JobQueues.batchLimit)),
                    ],
                ]
            ],
            "Accepted": ["anyOf": [ref("Job"), object(["jobs": list(ref("Job"))])]],
            "Job": job,
            "JobEvent": event,
            "JobPage": object(["jobs": list(ref("Job")), "next_cursor": nullable("string")]),
            "Tenant": object(["tenant_id": text, "name": text, "created_at": time]),
            "NewTenant": object([
                "tenant_id": text, "name": text, "created_at": time, "key": text, "webhook_secret": text,
            ]),
            "TenantPage": object(["tenants": list(ref("Tenant")), "next_cursor": nullable("string")]),
            "Health": object(["status": text]),
            "Workers": object(["workers": list(["type": "object"])]),
            "Problem": object([
                "type": text, "title": text, "status": ["type": "integer"], "request_id": text,
            ]),
            "SessionFailure": object(["status": ["const": "failure"], "message": text]),
            "CloudFailure": object(["code": ["type": "integer"], "msg": text, "request_id": text]),
            "StoreEnvelope": object(["errmsg": text, "code": ["type": "integer"], "Data": [:]]),
            "SessionRequest": sessionRequest,
            "Session": object(["_id": text, "requestType": text, "created": time]),
            "File": object([
                "storage_object_id": text, "storage_box_id": text, "contentType": text, "size": text, "name": text,
                "etag": text,
            ]),
            "StorageFailure": object(["Message": text, "RequestId": text]),
            "StorageBucket": object([
                "BucketId": ["type": "integer"], "Name": text, "Path": text, "Title": nullable("string"),
                "CreatedTime": time, "ModifiedTime": nullable("string"),
                "Encryption": BucketPolicyFields.encryptionSchema, "Layout": BucketPolicyFields.layoutSchema,
            ]),
            "StorageFile": object([
                "FileId": ["type": "string", "format": "uuid"], "BucketId": ["type": "integer"], "Name": text,
                "Type": text, "Size": ["type": "integer"], "Path": text, "Title": nullable("string"),
                "CreatedTime": time, "ModifiedTime": nullable("string"), "TotalVisits": ["type": "integer"],
                "VisitedTime": nullable("string"),
                "ExtendedProperties": ["type": "object", "additionalProperties": text],
            ]),
        ]
    }

    private static let text: JSON = ["type": "string"]
    private static let time: JSON = ["type": "string", "format": "date-time"]

    private static func ref(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }
    private static func list(_ items: JSON) -> JSON { ["type": "array", "items": items] }
    private static func nullable(_ type: JSON) -> JSON { ["type": [type, "null"]] }

    /// An object all of whose named members are always there; it may have more.
    private static func object(_ members: [String: JSON]) -> JSON {
        [
            "type": "object", "required": .array(members.keys.sorted().map { .string($0) }),
            "properties": .object(members),
        ]
    }

    private static var submission: JSON {
        ["anyOf": .array(KindList.all.filter { $0.isOpen }.map { submission(of: $0) })]
    }

    private static func submission(of kind: any JobKind.Type) -> JSON {
        [
            "type": "object", "required": ["kind", "arguments"], "additionalProperties": false,
            "properties": [
                "kind": ["const": .string(kind.name)],
                "arguments": kind.argumentsSchema,
                "queue": ["type": ["string", "null"], "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"],
                "priority": [
                    "type": ["integer", "null"], "minimum": 0, "maximum": 9, "description": "9 goes first",
                ],
                "run_at": ["type": ["string", "null"], "format": "date-time"],
                "max_attempts": ["type": ["integer", "null"], "minimum": 1, "maximum": 10_000],
                "deadline_seconds": ["type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 31_622_400],
            ],
        ]
    }

    private static var job: JSON {
        let states = JobState.allCases.map { JSON.string($0.rawValue) }
        return object([
            "id": ["type": "string", "format": "uuid"], "kind": text, "queue": text, "tenant_id": text,
            "state": ["type": "string", "enum": .array(states)], "priority": ["type": "integer"],
            "attempt": ["type": "integer"], "max_attempts": ["type": "integer"], "lost_leases": ["type": "integer"],
            "cancel_requested": ["type": "boolean"], "created_at": time, "updated_at": time,
            "run_at": nullable("string"), "deadline_at": nullable("string"), "worker": nullable("string"),
            "arguments": [:], "progress": [:], "result": [:], "error": nullable("object"),
            "steps": list(["type": "object"]),
        ])
    }

    /// One event of the stream, as a client's parser hands it over.
    private static var event: JSON {
        let states = JobState.allCases.map { JSON.string($0.rawValue) }
        return object([
            "id": ["type": "string", "pattern": "^[0-9]+$", "description": "The number of the change"],
            "event": ["type": "string", "enum": .array(states)],
            "data": ["type": "string", "contentMediaType": "application/json", "description": "The change"],
        ])
    }

    private static var sessionRequest: JSON {
        [
            "type": "object", "required": ["requestType"],
            "properties": [
                "requestType": ["type": "string", "enum": ["upload", "download", "copy"]],
                "requestMethod": ["type": "string"], "requestUri": ["type": "string"], "requestBody": [:],
                "authorization": ["type": "string"], "total": ["type": ["integer", "string"]],
                "storage_object_id": ["type": "string"], "fileName": ["type": "string"],
                "mode": ["type": "string", "enum": ["preview"]],
            ],
        ]
    }
}
