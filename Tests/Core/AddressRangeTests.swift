import HawserCore
import Testing

@Suite struct AddressRangeTests {
    @Test(arguments: [
        "10.0.0.0/8", "192.168.1.1", "0.0.0.0/0", "::/0", "fd00::/8", "::1", "2001:db8::/32", "192.168.1.128/25",
    ])
    func blocksAreRead(text: String) throws {
        let block = try AddressRange(parsing: text)
        #expect(block.description == (text.contains("/") ? text : "\(text)/\(text.contains(":") ? 128 : 32)"))
    }

    @Test(arguments: [
        ("10.0.0.0/33", "0 to 32"), ("::/129", "0 to 128"), ("10.0.0.1/8", "did you mean 10.0.0.0/8"),
        ("host", "not an IPv4 or IPv6 address"), ("", "not an"), ("10.0.0.0/", "must be a number"),
        ("10.0.0/8", "not an"), ("1.2.3.4/8/9", "not an"), ("10.0.0.0/-1", "must be a number"),
    ])
    func otherTextsSayWhatIsWrong(text: String, reason: String) {
        let error = #expect(throws: AddressRange.ParseError.self) { try AddressRange(parsing: text) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
}
