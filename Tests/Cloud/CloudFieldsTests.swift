import HawserCore
import Testing

@testable import HawserCloud

@Suite struct CloudFieldsTests {
    private let fields = try? CloudFields(
        [
            "text": "a", "number": 7, "numberText": "12", "empty": "", "null": nil, "flag": "True", "on": true,
            "time": "2026-11-21T07:44:56.000000", "zone": "2026-11-21T07:44:56Z", "map": ["a": "b", "n": 1, "x": nil],
            "list": [["id": "1"], 2], "texts": ["a", "b"],
        ],
        at: "thing"
    )

    private func failure(_ body: (CloudFields) throws -> Void) -> String? {
        do {
            if let fields { try body(fields) }
            return nil
        } catch {
            return (error as? CloudFields.Failure).map { "\($0.path) \($0.reason)" }
        }
    }

    @Test func valuesAreReadAsTheServicesSpellThem() throws {
        let fields = try #require(fields)
        #expect(try fields.text("text") == "a" && fields.text("number") == "7")
        #expect(try fields.int("number") == 7 && fields.int("numberText") == 12 && fields.optionalInt("empty") == nil)
        #expect(try fields.optionalText("null") == nil && fields.optionalText("none") == nil)
        #expect(
            try fields.bool("flag") && fields.bool("on") && fields.bool("none", default: true) && !fields.bool("null")
        )
        #expect(try fields.time("time") == Timestamp(rfc3339: "2026-11-21T07:44:56Z"))
        #expect(try fields.time("zone") == fields.time("time") && fields.time("null") == nil)
        #expect(try fields.textMap("map") == ["a": "b", "n": "1"] && fields.texts("texts") == ["a", "b"])
        #expect(try fields.optionalList("none").isEmpty && fields.texts("none").isEmpty)
    }

    @Test func whatIsWrongIsNamed() {
        #expect(failure { _ = try $0.text("none") } == "thing.none is missing")
        #expect(failure { _ = try $0.text("list") } == "thing.list is no text")
        #expect(failure { _ = try $0.int("on") } == "thing.on is no whole number")
        #expect(failure { _ = try $0.bool("number") } == "thing.number is no boolean")
        #expect(failure { _ = try $0.time("text") } == "thing.text is no time")
        #expect(failure { _ = try $0.list("list") } == "thing.list[1] is no object")
        #expect(failure { _ = try $0.list("none") } == "thing.none is missing")
        #expect(failure { _ = try $0.fields("text") } == "thing.text is no object")
        #expect(failure { _ = try $0.textMap("text") } == "thing.text is no object")
    }

    @Test func whatIsNotSetIsLeftOutOfABody() throws {
        let missing: String? = nil
        #expect(JSON.members(["a": JSON(missing), "b": JSON("x"), "c": nil]) == ["b": "x"])
    }
}
