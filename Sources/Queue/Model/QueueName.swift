/// The name of a queue: 1 to 64 of the letters a-z, digits, dot, dash and underscore, beginning with a letter or digit.
///
/// The name is part of Redis keys and sits in their hash tag, so braces and spaces have no place in it.
public struct QueueName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Checks a name; nil when it does not follow the rule.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 45 || $0 == 46 || $0 == 95 })
        else { return nil }
        self.text = text
    }

    /// The queue of kinds that name no other.
    public static let `default` = QueueName(literal: "default")

    /// A name that is written in the program; for a constant only.
    public init(literal text: StaticString) {
        self.text = text.description
        precondition(QueueName(self.text) != nil, "not a queue name: \(text)")
    }

    /// The name.
    public var description: String { text }

    /// Orders by text.
    public static func < (a: QueueName, b: QueueName) -> Bool { a.text < b.text }

    /// A checksum that ids of jobs carry (Fletcher-16, the sum folded over the name's bytes).
    var tag: UInt16 {
        var low: UInt16 = 1
        var high: UInt16 = 0
        for byte in text.utf8 {
            low = (low + UInt16(byte)) % 255
            high = (high + low) % 255
        }
        return high << 8 | low
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (48...57).contains(byte)
    }
}
