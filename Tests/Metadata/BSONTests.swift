import HawserCore
import HawserMetadata
import Testing

struct BSONTests {
    static let everything: BSONDocument = [
        "_id": "x", "null": nil, "true": true, "false": false, "one": 1, "least": .int(.min), "most": .int(.max),
        "double": 1.0, "pi": 3.25, "text": "é\n\u{0}😀", "empty": "", "date": .date(Timestamp(milliseconds: -1)),
        "bytes": [.binary([0, 255, 1]), .binary([])], "id": .objectID("0123456789abcdef01234567"),
        "array": [1, [2, []], ["a": [:]]], "nested": ["z": 1, "a": ["b": ["c": nil]]],
    ]

    @Test func everyTypeSurvivesTheServerInOrder() async throws {
        let collection = try await TestDatabase.make().collection("values")
        try await collection.insertOne(Self.everything)
        #expect(try await collection.findOne(["_id": "x"]) == Self.everything)
    }

    @Test func json() throws {
        let json: JSON = ["a": [1, true, 1.5, "x", nil, ["b": []]], "n": .int(.max)]
        #expect(BSON(json).json == json)
        #expect(BSON.date(Timestamp(milliseconds: 0)).json == "1970-01-01T00:00:00.000Z")
        #expect(BSON.binary([0, 255]).json == "AP8=")
    }

    @Test func namesMongoDBWouldMisreadSurviveIt() async throws {
        let json: JSON = [
            "$set": 1, "$": ["$inc": ["a.b": [["": 2]]]], "a.b.": 3, "": 4, "%": 5, "%2E": 6, "a$b": 7, "50% off": 8,
            "nul\u{0}": 9, "é.ü": 10, "_id": ["$x": 1], "%%24": 11,
        ]
        let collection = try await TestDatabase.make().collection("values")
        try await collection.insertOne(["_id": "inserted", "data": BSON(json)])
        try await collection.updateOne(["_id": "set"], ["$set": ["data": BSON(json)]], upsert: true)
        try await collection.updateOne(["_id": "pushed"], ["$push": ["data": BSON(json)]], upsert: true)
        _ = try await collection.findOneAndUpdate(["_id": "fam"], ["$set": ["data": BSON(json)]], upsert: true)
        _ = try await collection.bulkWrite([
            .replaceOne(["_id": "bulk"], ["data": BSON(json)], upsert: true),
            .updateOne(["_id": "bulk2"], ["$set": ["data": BSON(json)]], upsert: true),
        ])
        for id in ["inserted", "set", "fam", "bulk", "bulk2"] {
            #expect(try await collection.findOne(["_id": .string(id)])?["data"]?.json == json, "\(id)")
        }
        #expect(try await collection.findOne(["_id": "pushed"])?["data"]?.json == [json])
    }

    @Test func whatCannotBeStoredIsATypedError() async throws {
        let collection = try await TestDatabase.make().collection("values")
        await #expect(throws: MetadataError.self) { try await collection.insertOne(["a\u{0}b": 1]) }
        await #expect(throws: MetadataError.self) { try await collection.insertOne(["a": .objectID("xyz")]) }
        await #expect(throws: MetadataError.self) {
            try await collection.insertOne(["a": .binary([UInt8](repeating: 0, count: 17 << 20))])
        }
        var deep: BSON = 1
        for _ in 0..<400 { deep = [deep] }
        await #expect(throws: MetadataError.self) { try await collection.insertOne(["a": deep]) }
        #expect(try await collection.count() == 0)
    }

    @Test func documentsAreReadByNameAndType() throws {
        var document: BSONDocument = ["a": 1, "b": "x", "c": nil]
        #expect(try document.required("a", \.int) == 1)
        #expect(try document.optional("c", \.string) == nil)
        #expect(try document.optional("d", \.string) == nil)
        #expect(throws: BSONFieldError.self) { try document.required("a", \.string) }
        #expect(throws: BSONFieldError.self) { try document.required("d", \.string) }
        #expect(throws: BSONFieldError.self) { try document.optional("b", \.int) }
        document["a"] = nil
        document["b"] = "y"
        document["e"] = 5
        #expect(document == ["b": "y", "c": nil, "e": 5])
    }
}
