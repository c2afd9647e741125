/// Writes JSON values as text: UTF-8, keys sorted, no white space, slashes not escaped.
///
/// Written by hand because Foundation's writer sorts keys by its collation and bridges each value to an object first,
/// which took more than half of the time of a request that submits a job.
struct JSONWriter {
    private static let hex = Array("0123456789abcdef".utf8)

    private(set) var bytes: [UInt8] = []

    init(_ value: JSON) {
        bytes.reserveCapacity(512)
        write(value)
    }

    private mutating func write(_ value: JSON) {
        switch value {
        case .null: write(word: "null")
        case .bool(let value): write(word: value ? "true" : "false")
        case .int(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(quoted: value)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(value)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                write(quoted: key)
                bytes.append(UInt8(ascii: ":"))
                write(value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(word text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func write(_ value: Int64) {
        if (0...9).contains(value) { return bytes.append(UInt8(ascii: "0") + UInt8(value)) }
        bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func write(_ value: Double) {
        guard value.isFinite else { return write(word: "null") }
        // The shortest digits that read back as the same double; a whole number without its fraction.
        let text = value.description
        bytes.append(contentsOf: text.hasSuffix(".0") ? text.utf8.dropLast(2) : text.utf8[...])
    }

    private mutating func write(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { characters in
            if characters.contains(where: Self.isEscaped) {
                for character in characters { write(escaped: character) }
            } else {
                bytes.append(contentsOf: characters)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ character: UInt8) -> Bool {
        character < 0x20 || character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\")
    }

    private mutating func write(escaped character: UInt8) {
        switch character {
        case UInt8(ascii: "\""): write(word: "\\\"")
        case UInt8(ascii: "\\"): write(word: "\\\\")
        case 0x08: write(word: "\\b")
        case 0x09: write(word: "\\t")
        case 0x0A: write(word: "\\n")
        case 0x0C: write(word: "\\f")
        case 0x0D: write(word: "\\r")
        case 0..<0x20:
            write(word: "\\u00")
            bytes.append(Self.hex[Int(character >> 4)])
            bytes.append(Self.hex[Int(character & 15)])
        default: bytes.append(character)
        }
    }
}
