/// Reads a JSON text quickly, and gives up on all that is unusual.
///
/// Who gets nil asks Foundation's parser, which is slower and has the words for what is wrong. Given up are texts that are
/// not JSON or not UTF-8, objects with a key twice, whole numbers of more than 18 digits, lone surrogates, and deep nesting.
/// What is read is read as Foundation reads it, but for doubles of many digits, which Foundation rounds wrongly.
struct JSONReader {
    /// Below Foundation's own limit of 512.
    private static let deepest = 256
    /// Decimal digits that fit 64 bits whatever they are.
    private static let mostDigits = 18
    private static let longestNumber = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0

    /// The value of a text; nil when it is unusual.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> JSON? {
        var reader = JSONReader(bytes: bytes)
        guard let value = reader.value(), reader.next() == nil else { return nil }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The next byte that is no white space, which stays unread; nil at the end.
    private mutating func next() -> UInt8? {
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            index += 1
        }
        return nil
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard next() == wanted else { return false }
        index += 1
        return true
    }

    private mutating func value() -> JSON? {
        guard let first = next() else { return nil }
        switch first {
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        default: return nil
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) -> JSON? {
        // No conditional expression: its nil would be the value `null`.
        guard take(text) else { return nil }
        return value
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard bytes.count - index >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[index + offset] != word.utf8Start[offset] { return false }
        index += word.utf8CodeUnitCount
        return true
    }

    private mutating func array() -> JSON? {
        index += 1
        depth += 1
        guard depth <= Self.deepest else { return nil }
        defer { depth -= 1 }
        var values: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            guard let value = value() else { return nil }
            values.append(value)
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func object() -> JSON? {
        index += 1
        depth += 1
        guard depth <= Self.deepest else { return nil }
        defer { depth -= 1 }
        var members: [String: JSON] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            guard next() == UInt8(ascii: "\""), let key = string(), take(UInt8(ascii: ":")), let value = value(),
                members.updateValue(value, forKey: key) == nil
            else { return nil }
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func number() -> JSON? {
        let start = index
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let first = index
        guard skipDigits(), index - first == 1 || bytes[first] != UInt8(ascii: "0") else { return nil }
        let isWhole = !isAt(".", "e")
        if isAt(".") {
            index += 1
            guard skipDigits() else { return nil }
        }
        if isAt("e") {
            index += 1
            if isAt("+", "-") { index += 1 }
            guard skipDigits() else { return nil }
        }
        guard index - start <= Self.longestNumber else { return nil }
        if !isWhole {
            let double = Double(String(decoding: bytes[start..<index], as: UTF8.self))
            guard let double, double.isFinite else { return nil }
            return .double(double)
        }
        guard index - first <= Self.mostDigits else { return nil }
        let whole = bytes[first..<index].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        // Minus zero is not the integer zero.
        guard whole != 0 || !isNegative else { return nil }
        return .int(isNegative ? -whole : whole)
    }

    /// Skips some digits; says whether there was one.
    private mutating func skipDigits() -> Bool {
        let start = index
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        return index > start
    }

    /// Whether the next byte is one of these; an E is an e.
    private func isAt(_ letters: Unicode.Scalar...) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index] == UInt8(ascii: "E") ? UInt8(ascii: "e") : bytes[index]
        return letters.contains { $0.value == UInt32(byte) }
    }

    private mutating func string() -> String? {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return String(validating: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
            case UInt8(ascii: "\\"): return escapedString(from: start)
            case 0..<0x20: return nil
            default: index += 1
            }
        }
        return nil
    }

    /// The rest of a string that has escapes.
    private mutating func escapedString(from start: Int) -> String? {
        var text = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: String(Character(scalar)).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What follows a backslash.
    private mutating func escape() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let high = hex() else { return nil }
            guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) }
            guard take("\\u"), let low = hex(), (0xDC00..<0xE000).contains(low) else { return nil }
            return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func hex() -> UInt32? {
        guard bytes.count - index >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<(index + 4)] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
