import Foundation

extension Collection where Element == UInt8 {
    /// The bytes in lower-case hexadecimal.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: count * 2) { buffer in
            var index = 0
            for byte in self {
                buffer[index] = digits[Int(byte >> 4)]
                buffer[index + 1] = digits[Int(byte & 15)]
                index += 2
            }
            return index
        }
    }

    /// The bytes in the URL-safe alphabet of RFC 4648, section 5, without padding.
    public var base64URL: String {
        Data(self).base64EncodedString()
            .replacing("+", with: "-")
            .replacing("/", with: "_")
            .replacing("=", with: "")
    }
}

extension Array where Element == UInt8 {
    /// The bytes a hexadecimal text (either case) stands for; nil when it is none.
    public init?(hex text: some StringProtocol) {
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 48...57: digit - 48
            case 65...70: digit - 55
            case 97...102: digit - 87
            default: nil
            }
        }
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }

    /// The bytes a text in the URL-safe alphabet of RFC 4648, section 5 stands for; nil when it is none.
    ///
    /// Padding may be there or not; the alphabet of plain base64 (`+`, `/`) is refused.
    public init?(base64URL text: some StringProtocol) {
        let bare = String(text.reversed().drop { $0 == "=" }.reversed())
        guard !bare.utf8.contains(where: { $0 == 43 || $0 == 47 || $0 == 61 }) else { return nil }
        let padding = String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4)
        let plain = bare.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: plain) else { return nil }
        self = Array(data)
    }
}
