/// A reply of Redis (RESP2).
public enum RedisValue: Sendable, Hashable {
    /// A nil bulk string or a nil array.
    case null
    /// An integer.
    case integer(Int64)
    /// A bulk string, byte for byte.
    case bytes([UInt8])
    /// A status such as `OK`.
    case status(String)
    /// An array; nested at most 7 deep, which is what hiredis' reader takes.
    case array([RedisValue])
    /// An error inside an array; at the top level it is thrown instead.
    case error(String)
}

extension RedisValue {
    /// The text of a bulk string that is valid UTF-8, of a status, or of an integer.
    public var string: String? {
        switch self {
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .status(let text): text
        case .integer(let value): String(value)
        case .null, .array, .error: nil
        }
    }

    /// The number of an integer, or of a bulk string that is a decimal number.
    public var int: Int64? {
        switch self {
        case .integer(let value): value
        case .bytes(let bytes): Self.decimal(bytes)
        case .null, .array, .error, .status: nil
        }
    }

    /// The bytes of a bulk string or a status.
    public var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .null, .integer, .array, .error: nil
        }
    }

    /// The elements of an array.
    public var array: [RedisValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// Whether this is nil.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// Reads digits without the detour over a string, because counters and times come this way in every reply.
    private static func decimal(_ bytes: [UInt8]) -> Int64? {
        var digits = bytes[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits.removeFirst() }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte >= 48, byte <= 57 else { return nil }
            let (shifted, isOver) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 48)
            let (sum, isOverToo) =
                isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            guard !isOver, !isOverToo else { return nil }
            value = sum
        }
        return value
    }
}
