import Testing

@testable import HawserS3

struct XMLElementTests {
    func parse(_ text: String) -> XMLElement? { XMLElement(document: Array(text.utf8)) }

    @Test func elementsTextsAndNamespaces() throws {
        let root = try #require(
            parse("<?xml version=\"1.0\"?><a xmlns=\"http://x/\"><b>1 &amp; <![CDATA[2]]></b><b/><c><d>e</d></c></a>")
        )
        #expect(root.name == "a")
        #expect(root.all("b").map(\.text) == ["1 & 2", ""])
        #expect(root["c"]?["d"]?.text == "e")
        #expect(root["x"] == nil)
    }

    @Test(arguments: ["", "no", "<a>", "<a></b>", "{\"a\": 1}", String(repeating: "<a>", count: 100)])
    func whatIsNone(_ text: String) {
        #expect(parse(text) == nil)
    }

    @Test func tooDeep() {
        #expect(parse(String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40)) == nil)
    }

    @Test func foreignEntitiesAreNotFetched() {
        let text = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"
        #expect(parse(text)?.text == "")
    }
}
