import Testing

@testable import HawserCore

struct LogTests {
    @Test(arguments: [
        ("plain", "plain"), ("a/b:c-1.5", "a/b:c-1.5"), ("", #""""#), ("two words", #""two words""#),
        ("a=b", #""a=b""#), (#"say "hi""#, #""say \"hi\"""#), (#"C:\x"#, #""C:\\x""#), ("ü", #""ü""#),
        ("line\nlevel=error msg=forged", #""line\nlevel=error msg=forged""#), ("a\r\tb", #""a\r\tb""#),
        ("\u{1B}[31m", #""\u{1b}[31m""#), ("\u{0}\u{7F}", #""\u{0}\u{7f}""#),
    ])
    func valuesStayOnOneLine(_ value: String, _ expected: String) {
        #expect(Log.quoted(value) == expected)
    }

    @Test func levelsAreOrdered() {
        #expect(Log.Level.allCases.sorted() == [.debug, .info, .warning, .error])
    }
}
