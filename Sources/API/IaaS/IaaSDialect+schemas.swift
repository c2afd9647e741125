import HawserCore

/// Pieces of the description of seed 004's routes.
extension IaaSDialect {
    /// The seed's message `CloudDiskConf`.
    static let disk: JSON = [
        "type": "object",
        "properties": [
            "volume_type": ["type": "string"], "size_in_g": ["type": "integer", "minimum": 1, "maximum": 1_048_576],
        ],
    ]

    /// What a change may answer beyond its success.
    static let changeProblems = [400, 403, 404, 409, 413, 415, 502]

    /// A body with certain fields and no others.
    static func body(_ fields: [String: JSON], required: [String]) -> Endpoint.Body {
        Endpoint.Body(
            type: "application/json",
            schema: [
                "type": "object", "properties": .object(fields), "additionalProperties": false,
                "required": .array(required.map { .string($0) }),
            ]
        )
    }

    /// A reply message with its code.
    static func reply(_ members: [String: JSON]) -> JSON {
        let common: [String: JSON] = ["code": ["type": "integer"], "msg": ["type": "string"]]
        return ["type": "object", "properties": .object(members.merging(common) { given, _ in given })]
    }

    /// The reply message to a deletion.
    static func deletedReply(_ id: String) -> JSON { reply([id: text, "deleted_time": text]) }

    /// The answer of a route that reads.
    static func read(_ members: [String: JSON]) -> Endpoint.Answer {
        Endpoint.Answer(status: 200, help: "As the cloud has it", schema: reply(members))
    }
}
