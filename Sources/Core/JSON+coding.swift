public import Foundation

extension JSON: Codable {
    /// Reads any value a decoder holds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode([String: JSON].self) {
            self = .object(value)
        } else {
            self = .array(try container.decode([JSON].self))
        }
    }

    /// Writes the value as what it is.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }

    /// The JSON of a value of the program.
    ///
    /// - Throws: `EncodingError` when the type cannot be written as JSON.
    public init(encoding value: some Encodable) throws {
        if let json = value as? JSON {
            self = json
        } else {
            self = try JSON(parsing: try JSON.encoder.encode(value))
        }
    }

    /// Reads a value of the program out of this JSON.
    ///
    /// - Throws: `JSONError` that names the field which is missing or of the wrong type.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        if let json = self as? Value { return json }
        if let value = try? JSONValueDecoder(self).decode(type) { return value }
        return try JSON.decode(type, from: data)
    }

    /// Reads a value of the program out of a JSON text.
    ///
    /// - Throws: `JSONError` that names the field which is missing or of the wrong type.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        try refuseTrailingComma(data)
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            // Foundation says "not valid JSON", without a path, of a number that its field cannot hold, too.
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty, (try? JSON(parsing: data)) != nil {
                throw JSONError("body: a number has a fraction or is too large where a whole number is expected")
            }
            throw JSONError(error.sentence)
        }
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static var decoder: JSONDecoder { JSONDecoder() }
}

extension DecodingError {
    /// The error as a sentence that names the field: `arguments.url: expected String, found a number`.
    fileprivate var sentence: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context.codingPath + [key])): is required"
        case .typeMismatch(let type, let context):
            "\(Self.path(context.codingPath)): expected \(Self.plain(type))"
        case .valueNotFound(let type, let context):
            "\(Self.path(context.codingPath)): expected \(Self.plain(type)), found null"
        case .dataCorrupted(let context):
            "\(Self.path(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            "not the JSON that was expected"
        }
    }

    private static func plain(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "a boolean"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        default: String(describing: type).hasPrefix("Array") ? "an array" : "an object"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        guard !keys.isEmpty else { return "body" }
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path
    }
}
