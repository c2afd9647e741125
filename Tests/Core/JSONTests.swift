import Foundation
import HawserCore
import Testing

struct JSONTests {
    struct Inner: Codable { var url: String }

    struct Body: Codable {
        var count: Int
        var flag: Bool?
        var list: [Inner]
    }

    @Test func scalarsStayWhatTheyAre() throws {
        #expect(try JSON(parsing: "true".utf8) == .bool(true))
        #expect(try JSON(parsing: "false".utf8) == .bool(false))
        #expect(try JSON(parsing: "1".utf8) == .int(1))
        #expect(try JSON(parsing: "0".utf8) == .int(0))
        #expect(try JSON(parsing: "-1".utf8) == .int(-1))
        #expect(try JSON(parsing: "1.5".utf8) == .double(1.5))
        #expect(try JSON(parsing: "null".utf8) == .null)
        #expect(try JSON(parsing: "\"1\"".utf8) == .string("1"))
        #expect(try JSON(parsing: "[true,1,0,false]".utf8) == [true, 1, 0, false])
    }

    /// The same text comes out as went in, so that a number in a callback's body does not become a boolean or a float.
    @Test(arguments: [
        "true", "1", "0", "-7", "1.5", "9223372036854775807", "-9223372036854775808", "9007199254740993", "null",
        #"{"a":[1,true,1.25,"1",null],"b":{"c":false}}"#, #""/path/with/slashes""#, #"[",]",{"\\\",}":1}]"#,
        #""é\n\"\\😀""#,
    ])
    func roundTrip(_ text: String) throws {
        let value = try JSON(parsing: text.utf8)
        #expect(try JSON(parsing: value.data) == value)
        #expect(value.text == text)
    }

    @Test func codableKeepsTheKinds() throws {
        struct Box: Codable, Equatable { var value: JSON }
        for value: JSON in [true, false, 1, 0, 1.5, "1", nil, [true, 1, 2.5], ["a": [1, false]], .int(.max)] {
            #expect(try JSON(encoding: Box(value: value)) == ["value": value])
            #expect(try JSON.decode(Box.self, from: JSON.object(["value": value]).data).value == value)
        }
    }

    @Test func wholeNumbersWithAFraction() throws {
        let value = try JSON(parsing: "1.0".utf8)
        #expect(value.int == 1)
        #expect(value.double == 1)
        #expect(value.bool == nil)
    }

    @Test func numbersBeyond64BitsBecomeDoubles() throws {
        #expect(try JSON(parsing: "9223372036854775808".utf8).double == 9_223_372_036_854_775_808)
        #expect(
            try JSON(parsing: "123456789012345678901234567890".utf8).double == 1.2345678901234568e29
        )
        #expect(try JSON(parsing: "123456789012345678901234567890".utf8).int == nil)
    }

    @Test func numbersThatJSONCannotSayAreNull() throws {
        #expect(JSON.array([.double(.infinity), .double(.nan), 1]).text == "[null,null,1]")
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "tru", "{a:1}", "1 2", "\"\u{1}\"", "'a'", "nan", "[1]x", "{\"a\":1 , }", "[,]",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text.utf8) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0xFE, 0x22]) }
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x22]) }
        #expect(throws: JSONError.self) { try JSON(parsing: [0xFF, 0x00, 0x31]) }
    }

    @Test func deepNestingIsRefusedNotCrashed() {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(throws: JSONError.self) { try JSON(parsing: deep.utf8) }
    }

    @Test func decodingErrorsNameTheField() throws {
        func sentence(_ text: String) -> String {
            do {
                _ = try JSON.decode(Body.self, from: Data(text.utf8))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(sentence(#"{"list":[]}"#) == "count: is required")
        #expect(sentence(#"{"count":"1","list":[]}"#) == "count: expected a whole number")
        #expect(sentence(#"{"count":null,"list":[]}"#) == "count: expected a whole number, found null")
        #expect(sentence(#"{"count":1,"flag":1,"list":[]}"#) == "flag: expected a boolean")
        #expect(sentence(#"{"count":1,"list":[{"url":"a"},{"url":5}]}"#) == "list[1].url: expected a string")
        #expect(sentence(#"{"count":1,"list":{}}"#) == "list: expected an array")
        #expect(sentence("[]") == "body: expected an object")
        #expect(sentence(#"{"count":true,"list":[]}"#).hasPrefix("count: "))
        #expect(sentence(#"{"count":1.5,"list":[]}"#).contains("a number has a fraction or is too large"))
        #expect(sentence(#"{"count":1,"list":[],}"#).contains("comma"))
        #expect(sentence("{").hasPrefix("body: "))
    }

    @Test func subscriptsAskWithoutCrashing() {
        let value: JSON = ["a": [1, ["b": "c"]]]
        #expect(value["a"]?[1]?["b"]?.string == "c")
        #expect(value["x"] == nil)
        #expect(value["a"]?[7] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value[0] == nil)
    }
}
