import HawserStorage
import Testing

struct FileNameTests {
    @Test(arguments: [
        ("cyberhouse.docx", "cyberhouse.docx"), ("é 😀.txt", "é 😀.txt"), ("C:\\Users\\me\\a.txt", "a.txt"),
        ("/etc/passwd", "passwd"), ("../../etc/passwd", "passwd"), ("a/b\\c/d.txt", "d.txt"), ("..\\x", "x"),
        ("say %22hi%22.txt", "say \"hi\".txt"), ("&#8364;uro.txt", "€uro.txt"), ("&#128512;", "😀"),
        ("a&#47;..&#47;b", "b"), ("&#x41;", "&#x41;"), ("&#;", "&#;"), ("&#99999999;", "&#99999999;"),
        ("&#55357;x", "&#55357;x"), ("a&#65", "a&#65"), ("&#65;&#", "A&#"), ("%2e%2e", "%2e%2e"), ("...", "..."),
        (".hidden", ".hidden"), ("a b ", "a b "),
        (String(repeating: "x", count: 255), String(repeating: "x", count: 255)),
    ])
    func cleaned(_ raw: String, _ expected: String) throws {
        #expect(try FileName.clean(raw) == expected)
        #expect(try FileName.clean(Array(raw.utf8)) == expected)
    }

    @Test(arguments: [
        "", ".", "..", "a/", "a\\", "/", "a/..", "a\u{0}b", "a\nb", "a\r\n", "\u{1B}[2J", "a\u{7F}", "\u{85}",
        "\u{2028}",
        "&#10;", "&#0;x", "&#46;&#46;", String(repeating: "x", count: 256), String(repeating: "é", count: 128),
    ])
    func refused(_ raw: String) {
        #expect(throws: StorageError.self) { try FileName.clean(raw) }
    }

    @Test(arguments: [[0xFF], [0x61, 0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func invalidUTF8IsRefused(_ raw: [UInt8]) {
        #expect(throws: StorageError.badName(reason: "is not UTF-8")) { try FileName.clean(raw) }
    }
}
