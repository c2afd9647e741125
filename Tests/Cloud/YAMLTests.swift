import HawserCore
import Testing

@testable import HawserCloud

@Suite struct YAMLTests {
    private func failure(_ text: String) -> YAML.Failure? {
        do {
            _ = try YAML(parsing: text)
            return nil
        } catch {
            return error as? YAML.Failure
        }
    }

    @Test func blockAndFlowStylesAreRead() throws {
        let yaml = try YAML(
            parsing: """
                # a comment
                a: {b: [1, two, "3"], c: ~}
                list:
                  - x: 1
                    y: 'it''s'
                  - - nested
                text: |
                  one
                  two
                folded: >-
                  one
                  two
                """
        )
        #expect(
            yaml.value == [
                "a": ["b": [1, "two", "3"], "c": nil],
                "list": [["x": 1, "y": "it's"], ["nested"]],
                "text": "one\ntwo\n",
                "folded": "one two",
            ]
        )
        #expect(yaml.line(of: ["a", "c"]) == 2 && yaml.line(of: ["list", "0", "y"]) == 5)
        #expect(yaml.line(of: ["list", "0", "none"]) == 4 && yaml.line(of: ["none"]) == nil)
    }

    @Test(arguments: [
        ("12", JSON.int(12)), ("-3", .int(-3)), ("+3", .int(3)), ("1_000", .int(1000)), ("0x1F", .int(31)),
        ("0b101", .int(5)), ("017", .int(15)), ("019", .string("019")), ("0", .int(0)), ("2.79", .double(2.79)),
        ("1e3", .string("1e3")), ("1.0e+3", .double(1000)), (".5", .double(0.5)), ("1.", .double(1)),
        ("10.0.0.1", .string("10.0.0.1")), ("1:30", .string("1:30")), ("2026-11-21", .string("2026-11-21")),
        ("-", .array([.null])), (".", .string(".")), ("_1", .string("_1")), ("yes", .bool(true)), ("Off", .bool(false)),
        ("TRUE", .bool(true)), ("y", .string("y")), ("null", .null), ("~", .null),
        ("99999999999999999999", .string("99999999999999999999")), ("'12'", .string("12")), ("!!str 12", .string("12")),
        ("\"yes\"", .string("yes")), ("--1", .string("--1")), ("-.5", .string("-.5")), ("._1", .string("._1")),
        ("1.0e+1_0", .string("1.0e+1_0")), ("1.0E-1", .double(0.1)), ("1_0.0_1", .double(10.01)), ("0x", .string("0x")),
    ])
    func plainWordsMeanWhatYAML11Says(word: String, meaning: JSON) throws {
        #expect(try YAML(parsing: word).value == meaning)
    }

    @Test func anchorsAliasesAndMergeKeysAreFollowed() throws {
        let yaml = try YAML(
            parsing: """
                base: &base {region: one, verify: true}
                more: &more
                  verify: false
                  extra: [1, 2]
                a:
                  <<: *base
                  region: two
                b:
                  <<: [*base, *more]
                c: *more
                quoted: {'<<': 1}
                """
        )
        #expect(yaml.value["a"] == ["region": "two", "verify": true])
        #expect(yaml.value["b"] == ["region": "one", "verify": true, "extra": [1, 2]])
        #expect(yaml.value["c"] == ["verify": false, "extra": [1, 2]])
        #expect(yaml.value["quoted"] == ["<<": 1])
    }

    @Test func aBombOfAliasesIsRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        #expect(failure(text)?.reason.contains("more than") == true)
    }

    @Test func depthSizeAndFormsAreBounded() throws {
        #expect(
            failure(String(repeating: "[", count: 40) + String(repeating: "]", count: 40))?.reason.contains("deeper")
                == true
        )
        #expect(failure(String(repeating: "[", count: 100_000)) != nil)
        #expect(failure(String(repeating: "x", count: YAML.maxBytes + 1))?.reason.contains("longer") == true)
        #expect(failure("a: &a [*a]") != nil)
        #expect(failure("a: *none")?.line == 1)
        #expect(failure("a: 1\n---\nb: 2") != nil)
        #expect(failure("? [1, 2]\n: x")?.reason == "a key is not a word")
        #expect(failure("a: !!python/object:os.system x")?.reason.contains("tag") == true)
        #expect(failure("<<: 1") != nil)
        #expect(try YAML(parsing: "").value == .null)
        #expect(try YAML(parsing: "# nothing").value == .null)
    }

    @Test(arguments: [
        "a: [hunter2", "a: 'hunter2", "a: hunter2\n b: 1", "\thunter2: 1", "a: &b\n - @hunter2", "%hunter2",
    ])
    func errorsNameTheLineAndNeverTheText(text: String) {
        let error = failure(text)
        #expect(error != nil && error.map { $0.line > 0 } == true)
        #expect(error?.reason.contains("hunter2") == false)
    }

    @Test func whatIsNoUTF8OrHoldsControlCharactersIsRefused() {
        #expect(failure("a: \u{0}") != nil)
        #expect(failure("a: \u{7}") != nil)
    }
}
