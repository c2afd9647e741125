import Foundation
import Testing

@testable import HawserCore

/// The quick reader, writer and decoder say what Foundation's say.
struct JSONSpeedTests {
    struct Everything: Codable, Equatable {
        enum Color: String, Codable { case red, green }
        struct Inner: Codable, Equatable { var value: JSON }
        var text: String
        var count: Int
        var small: UInt8?
        var ratio: Double
        var isSet: Bool?
        var color: Color
        var list: [Inner]
        var table: [String: [Int]]
        var any: JSON?
        var at: Timestamp?
        var address: URL?
    }

    @Test(arguments: [
        "null", " true ", "[]", "{}", "[ ]", "{ }", "0", "-1", "-0", "01", "1.50", "1.", ".5", "1e2", "1E-2", "-0.0",
        "123456789012345", "1234567890123456", "12345678901234567890", "1.0", "0.1", "100",
        #""\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\\u0000""#, #""\ud83d""#, #""\ude00\ud83d""#, #""\x""#, #""\u12g4""#,
        #""a"#,
        #"{"a":1,"a":2}"#, #"{"a":{"b":[1,2,{"c":null}]},"é":"ü"}"#, "[1 2]", "[1,]", "{\"a\" 1}", "[1]]", "\u{FEFF}1",
        "\t\r\n [ 1 , 2 ] ", "nulls", "tru", "\"\u{7F}\u{80}\u{1F600}\"", #"{"\u00e9":1,"é":2}"#, "\u{B}1", "[-]",
        "--1",
    ])
    func readsAsFoundation(_ text: String) {
        let data = Data(text.utf8)
        let slow = Result { try JSON.slowly(parsing: data) }
        let quick = Result { try JSON(parsing: data) }
        switch (quick, slow) {
        case (.success(let quick), .success(let slow)): #expect(quick == slow)
        case (.failure(let quick), .failure(let slow)): #expect("\(quick)" == "\(slow)")
        default: Issue.record("\(quick) is not \(slow)")
        }
    }

    @Test func readsUsualTextsItself() {
        let usual = #"{"kind":"webhook.deliver","arguments":{"url":"http://a/\u00e9","list":[1,-2,0.5,true,null]}}"#
        let read = Array(usual.utf8).withUnsafeBufferPointer { JSONReader.read($0) }
        #expect(read?["arguments"]?["list"] == [1, -2, 0.5, true, nil])
        let deep = Array((String(repeating: "[", count: 300) + String(repeating: "]", count: 300)).utf8)
        #expect(deep.withUnsafeBufferPointer { JSONReader.read($0) } == nil)
        #expect((try? JSON(parsing: deep)) != nil)
    }

    @Test func writesWhatFoundationReads() throws {
        var random = SystemRandomNumberGenerator()
        func value(_ depth: Int) -> JSON {
            switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &random) {
            case 0: return .null
            case 1: return .bool(.random(using: &random))
            case 2: return .int(.random(in: .min ... .max, using: &random))
            case 3, 4: return .double(Double(Int.random(in: -1000...1000, using: &random)) / 4)
            case 5:
                let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x3FF, using: &random)) }
                return .string(String(String.UnicodeScalarView(scalars)))
            case 6: return .array((0..<3).map { _ in value(depth - 1) })
            default:
                return .object(
                    Dictionary((0..<3).map { ("k\($0)\"\n", value(depth - 1)) }, uniquingKeysWith: { $1 })
                )
            }
        }
        for _ in 0..<500 {
            let written = value(3)
            let slow = try JSON.slowly(parsing: written.data)
            #expect(try JSON(parsing: written.data) == slow)
            // Whole doubles are written without a fraction and so come back as integers; the text stays.
            #expect(slow.text == written.text)
        }
    }

    @Test func doublesComeBackAsTheyWere() throws {
        // Foundation reads ...65.
        #expect(try JSON(parsing: "0.1234567890123456789".utf8) == .double(0.1234567890123456789))
        for _ in 0..<2000 {
            let value = Double(bitPattern: .random(in: 0...UInt64.max))
            guard value.isFinite, value != value.rounded() || abs(value) > 1e20 else { continue }
            #expect(try JSON(parsing: JSON.double(value).data) == .double(value))
        }
    }

    @Test func keysAreSorted() {
        let value: JSON = ["b": 1, "a10": 2, "a9": 3, "B": 4]
        #expect(value.text == #"{"B":4,"a10":2,"a9":3,"b":1}"#)
    }

    @Test func decodesAsFoundation() throws {
        let whole: JSON = [
            "text": "é", "count": 3, "small": 255, "ratio": 2, "isSet": true, "color": "green",
            "list": [["value": [1, 2.5, ["x": nil]]]], "table": ["a": [1, 2], "b": []], "any": ["deep": [true]],
            "at": "2026-11-21T03:34:12.000Z",
        ]
        let quick = try JSONValueDecoder(whole).decode(Everything.self)
        #expect(quick == (try JSON.decode(Everything.self, from: whole.data)))
        #expect(quick.any == ["deep": [true]])
        var members = try #require(whole.object)
        // Read by Foundation in its own way.
        members["address"] = "http://example.org/a"
        #expect(try JSON.object(members).decoded(as: Everything.self).address?.host == "example.org")
        for (name, wrong) in [("count", 1.5), ("small", 256), ("color", "blue"), ("list", [:]), ("text", nil)]
            as [(String, JSON)]
        {
            members[name] = wrong
            let value = JSON.object(members)
            let expected = #expect(throws: JSONError.self) { try JSON.decode(Everything.self, from: value.data) }
            let error = #expect(throws: JSONError.self) { try value.decoded(as: Everything.self) }
            #expect(error?.description == expected?.description)
            members[name] = whole[name]
        }
    }
}
