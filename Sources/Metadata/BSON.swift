public import HawserCore

/// A value in a MongoDB document.
///
/// Whole numbers are 64-bit: 32-bit ones are read as such and never written.
public enum BSON: Sendable, Hashable {
    /// No value.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case int(Int64)
    /// A number.
    case double(Double)
    /// A text.
    case string(String)
    /// A moment, in milliseconds.
    case date(Timestamp)
    /// Bytes, of the generic subtype.
    case binary([UInt8])
    /// An ObjectId as 24 hexadecimal digits.
    case objectID(String)
    /// Values in order.
    case array([BSON])
    /// Named values in order.
    case document(BSONDocument)
}

extension BSON {
    /// The boolean, when it is one.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The whole number, when it is one; a double without fraction counts as one.
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

    /// The text, when it is one.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The moment, when it is one.
    public var date: Timestamp? {
        guard case .date(let value) = self else { return nil }
        return value
    }

    /// The bytes, when these are bytes.
    public var binary: [UInt8]? {
        guard case .binary(let value) = self else { return nil }
        return value
    }

    /// The elements, when this is an array.
    public var array: [BSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The fields, when this is a document.
    public var document: BSONDocument? {
        guard case .document(let document) = self else { return nil }
        return document
    }

    /// A text, or null for none.
    public init(_ text: String?) {
        self = text.map(BSON.string) ?? .null
    }
}

extension BSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// An array.
    public init(arrayLiteral elements: BSON...) { self = .array(elements) }
    /// A document.
    public init(dictionaryLiteral elements: (String, BSON)...) {
        self = .document(BSONDocument(fields: elements.map { BSONDocument.Field(name: $0.0, value: $0.1) }))
    }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
}
