import Foundation

/// How the texts of settings become values; each answers nil for what it does not take.
extension Setting {
    static func url(_ text: String, schemes: [String]) -> Secret? {
        guard let end = text.range(of: "://"), schemes.contains(String(text[..<end.lowerBound])),
            end.upperBound < text.endIndex, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return nil }
        return Secret(text)
    }

    /// A URL without user and password, which belong into no URL.
    static func webURL(_ text: String) -> Secret? {
        guard let url = url(text, schemes: ["http", "https"]), let parts = URLComponents(string: text),
            parts.host?.isEmpty == false, parts.user == nil, parts.password == nil
        else { return nil }
        return url
    }

    static func key(_ text: String) -> Secret? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        return Secret(text)
    }

    static func masterKey(_ text: String) -> Secret? {
        let isHexadecimal = text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
        if isHexadecimal { return Secret(text.lowercased()) }
        guard let bytes = Data(base64Encoded: text), bytes.count == 32 else { return nil }
        let digits = bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return Secret(digits.joined())
    }

    static func path(_ text: String) -> String? {
        text.isEmpty || text.contains("\0") ? nil : text
    }

    static func address(_ text: String) -> String? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains("") && text.utf8.allSatisfy { $0 > 32 && $0 < 127 } ? text : nil
    }

    static func whole(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = Int(text), range.contains(value) else { return nil }
        return value
    }

    static func number(_ text: String, in range: ClosedRange<Double>) -> Double? {
        // Digits and a point only: Swift would also take "0x1p3" and "inf".
        guard text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }), let value = Double(text),
            range.contains(value)
        else { return nil }
        return value
    }

    /// The rule of `QueueName`, a room above.
    static func queueName(_ text: String) -> String? {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, isAlphanumeric(first) else { return nil }
        return bytes.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) } ? text : nil
    }

    static func list<Element>(_ text: String, of read: (String) -> Element?) -> [Element]? {
        var elements: [Element] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let element = read(part.trimmingCharacters(in: .whitespaces)) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
