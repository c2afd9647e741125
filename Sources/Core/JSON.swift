public import Foundation

/// Any JSON value, as it came and as it goes.
///
/// Numbers without fraction or exponent that fit 64 bits stay integers; all others are doubles.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

/// A text that is not JSON, or not the JSON that was asked for.
public struct JSONError: Error, CustomStringConvertible {
    /// What is wrong, in words for the one who sent it.
    public let description: String

    /// Makes an error with its words.
    public init(_ description: String) {
        self.description = description
    }
}

extension JSON {
    /// Parses a JSON text (UTF-8), fragments included.
    ///
    /// - Throws: `JSONError` when it is not JSON, or nested deeper than Foundation allows (512).
    public init(parsing bytes: some Sequence<UInt8>) throws {
        if let read = bytes.withContiguousStorageIfAvailable({ JSONReader.read($0) }), let read {
            self = read
        } else {
            try self.init(parsing: Data(bytes))
        }
    }

    /// Parses a JSON text (UTF-8), fragments included.
    ///
    /// - Throws: `JSONError` when it is not JSON, or nested deeper than Foundation allows (512).
    public init(parsing data: Data) throws {
        if let read = data.withUnsafeBytes({ JSONReader.read($0.bindMemory(to: UInt8.self)) }) {
            self = read
        } else {
            self = try Self.slowly(parsing: data)
        }
    }

    /// Parses a JSON text by Foundation, which takes all that is unusual and knows what is wrong.
    static func slowly(parsing data: Data) throws -> JSON {
        try refuseTrailingComma(data)
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])
        } catch let error as NSError {
            let reason = error.userInfo["NSDebugDescription"] as? String
            throw JSONError(reason ?? "not valid JSON")
        }
        return try from(foundation: value)
    }

    /// Throws on a comma before a closing bracket, which Foundation's parser lets pass and RFC 8259 does not.
    static func refuseTrailingComma(_ data: Data) throws {
        let offset = data.withUnsafeBytes { bytes -> Int? in
            var comma: Int?
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    comma = nil
                    index += 1
                    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                    }
                case UInt8(ascii: ","): comma = index
                case UInt8(ascii: "]"), UInt8(ascii: "}"):
                    if let comma { return comma }
                case 9, 10, 13, 32: break
                default: comma = nil
                }
                index += 1
            }
            return nil
        }
        if let offset { throw JSONError("comma without a value after it around character \(offset)") }
    }

    /// Converts what Foundation's parser made.
    private static func from(foundation value: Any) throws -> JSON {
        switch value {
        case is NSNull:
            return .null
        case let string as String:
            return .string(string)
        case let dictionary as [String: Any]:
            return .object(try dictionary.mapValues { try from(foundation: $0) })
        case let array as [Any]:
            return .array(try array.map { try from(foundation: $0) })
        case let number as NSNumber:
            if isBoolean(number) { return .bool(number.boolValue) }
            // The least 64-bit integer arrives as a decimal, which says it is a double.
            if number is NSDecimalNumber, let int = Int64(number.stringValue) { return .int(int) }
            let type = String(cString: number.objCType)
            if type == "d" || type == "f" { return .double(number.doubleValue) }
            if let int = Int64(exactly: number) { return .int(int) }
            return .double(number.doubleValue)
        default:
            throw JSONError("a value of unknown type")
        }
    }

    /// Whether a number is one of Foundation's two booleans; `objCType` of both is "c".
    private static func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }

    /// The JSON text of this value: UTF-8, keys sorted, no white space, slashes not escaped.
    ///
    /// A double that JSON cannot say (infinite, not a number) is written as null.
    public var bytes: [UInt8] { JSONWriter(self).bytes }

    /// The same as `bytes`.
    public var data: Data { Data(bytes) }

    /// The JSON text of this value as a string.
    public var text: String {
        String(decoding: bytes, as: UTF8.self)
    }
}

extension JSON {
    /// The member of an object; nil when this is no object or has no such member.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The element of an array; nil when this is no array or has no such place.
    public subscript(index: Int) -> JSON? {
        guard case .array(let values) = self, values.indices.contains(index) else { return nil }
        return values[index]
    }

    /// The string, when it is one.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The whole number, when it is one.
    public var int: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The number, when it is one.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The boolean, when it is one.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements, when this is an array.
    public var array: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The members, when this is an object.
    public var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; of equal keys the last counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
}
