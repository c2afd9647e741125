import HawserCore
import HawserQueue
import Testing

@testable import HawserAPI

/// Bodies against their description, before the kind of job looks at their values.
@Suite("the shape of bodies")
struct BodyShapeTests {
    private static let schema: JSON = [
        "type": "object", "required": ["name", "disk"], "additionalProperties": false,
        "properties": [
            "name": ["type": "string"], "size": ["type": "integer"], "note": ["description": "anything"],
            "disk": ["type": "object", "properties": ["size": ["type": "integer"]]],
            "rules": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["to"], "additionalProperties": false,
                    "properties": ["to": ["type": "string"]],
                ],
            ],
        ],
    ]

    private static func fields(_ json: JSON) -> [String] {
        BodyShape(of: json, schema).problems.map { "\($0.field) \($0.message)" }
    }

    @Test("what is as described passes, null as if it were missing")
    func good() {
        let disk: JSON = ["size": 1, "more": true]
        #expect(Self.fields(["name": "", "disk": disk]) == [])
        #expect(Self.fields(["name": "x", "disk": disk, "size": nil, "note": [1], "rules": []]) == [])
        #expect(Self.fields(["name": "x", "disk": disk, "size": 2.0, "rules": [["to": "y"]]]) == [])
    }

    @Test("each field that is missing, not known or of another type is named, however deep")
    func bad() {
        #expect(Self.fields([:]) == ["disk is required", "name is required"])
        #expect(Self.fields(["name": nil, "disk": 1]) == ["disk must be an object", "name is required"])
        #expect(
            Self.fields(["name": 1, "disk": ["size": 1.5], "nam": "x", "rules": ["to", ["too": "x"], ["to": nil]]]) == [
                "disk.size must be a whole number", "nam is not known", "name must be a text",
                "rules[0] must be an object", "rules[1].to is required", "rules[1].too is not known",
                "rules[2].to is required",
            ]
        )
        #expect(Self.fields(["name": "x", "disk": [:], "rules": "x"]) == ["rules must be a list"])
        for json: JSON in [1, "x", [], nil] { #expect(Self.fields(json) == [" must be an object"]) }
    }

    @Test("a list that is wrong all over is not told at length")
    func bound() {
        let rules = JSON.array(Array(repeating: 1, count: 100_000))
        #expect(Self.fields(["name": "x", "disk": [:], "rules": rules]).count == 100)
    }
}
