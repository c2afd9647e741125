public import Foundation

/// One word of a command.
public enum RedisArgument: Sendable, Hashable {
    /// A text, sent as UTF-8.
    case string(String)
    /// Bytes as they are.
    case bytes([UInt8])
    /// Bytes as they are.
    case data(Data)
    /// A whole number, sent in decimal.
    case int(Int64)

    /// A whole number of the machine's own width.
    public static func int(_ value: Int) -> RedisArgument { .int(Int64(value)) }

    /// The reply of one command as a word of the next; nil when it is no single word.
    public init?(_ value: RedisValue) {
        switch value {
        case .bytes(let bytes): self = .bytes(bytes)
        case .status(let text): self = .string(text)
        case .integer(let number): self = .int(number)
        case .null, .array, .error: return nil
        }
    }
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
}
