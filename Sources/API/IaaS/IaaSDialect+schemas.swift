import HawserCore
import HawserJobs

/// Pieces of the description of seed 004's routes.
extension IaaSDialect {
    /// The schema of a text.
    static let text: JSON = ["type": "string"]
    /// The schema of an id.
    static let id: JSON = ["type": "string", "minLength": 1, "maxLength": 64]
    /// The schema of a time.
    static let time: JSON = ["type": ["string", "null"], "format": "date-time"]
    /// The schema of the region.
    static let region: JSON = ["type": "string", "description": "The region; without it the cloud's first"]
    /// The schema of a name that a cloud keeps.
    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 255]
    /// The schema of a text that a cloud keeps and that may be empty.
    static let note: JSON = ["type": "string", "maxLength": 255]
    /// The schema of a disk's conf in a reply, the seed's message `CloudDiskConf`.
    static let disk: JSON = ["type": "object", "properties": ["volume_type": text, "size_in_g": ["type": "integer"]]]

    /// The schema of a reply message: its members, `code` and `msg`.
    static func message(_ members: [String: JSON]) -> JSON {
        let all = members.merging(["code": ["type": "integer"], "msg": text]) { given, _ in given }
        return ["type": "object", "properties": .object(all)]
    }

    /// A body of certain members and no others.
    static func body(_ members: [String: JSON], required: [String]) -> Endpoint.Body {
        Endpoint.Body(
            type: "application/json",
            schema: [
                "type": "object", "required": .array(required.map { .string($0) }), "additionalProperties": false,
                "properties": .object(members),
            ]
        )
    }

    /// The answers of a route that makes a change.
    static func changed(_ reply: [String: JSON]) -> [Endpoint.Answer] {
        [
            .init(
                status: 202,
                help: "Accepted as a job",
                schema: ["$ref": "#/components/schemas/Job"],
                headers: ["Location", "Retry-After"]
            ),
            .init(
                status: 200,
                help: "Done within the time of Prefer: wait",
                schema: message(reply),
                headers: ["Location", "Preference-Applied"]
            ),
        ]
    }

    /// The answer of a route that reads.
    static func read(_ reply: [String: JSON]) -> Endpoint.Answer {
        .init(status: 200, help: "As it is in the cloud now", schema: message(reply))
    }
}

extension Endpoint.Parameter {
    /// The id of a cloud's resource in the path.
    static let cloudID = Endpoint.Parameter(
        name: "id",
        place: .path,
        help: "The id in the cloud",
        schema: IaaSDialect.id
    )

    /// The region in the query.
    static let region = Endpoint.Parameter(
        name: "region",
        place: .query,
        help: "The region; without it the cloud's first"
    )

    /// What the query names beside: the region, or another thing by its id.
    static func named(_ name: String) -> Endpoint.Parameter {
        name == "region" ? .region : Endpoint.Parameter(name: name, place: .query, help: "An id in the cloud")
    }
}
