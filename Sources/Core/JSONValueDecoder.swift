import Foundation

/// Reads values of the program out of a `JSON` value, without a text in between.
///
/// It need not be exact about failures: whoever uses it asks Foundation's decoder after one, which has the words. It fails
/// for all that Foundation reads in a way of its own: dates, data, URLs and decimals.
struct JSONValueDecoder: Decoder {
    /// Any failure.
    struct Failure: Error {}

    let value: JSON
    /// Nobody asks where a failure was.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ value: JSON) {
        self.value = value
    }

    /// The value as a type of the program.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == JSON.self, let value = value as? Value { return value }
        if type == String.self, let value = value.string as? Value { return value }
        if type == Date.self || type == Data.self || type == URL.self || type == Decimal.self { throw Failure() }
        return try Value(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw Failure() }
        return KeyedDecodingContainer(Members<Key>(members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = value else { throw Failure() }
        return Elements(values: values)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool { try some(value.bool) }
    func decode(_ type: String.Type) throws -> String { try some(value.string) }
    func decode(_ type: Double.Type) throws -> Double { try some(value.double) }
    func decode(_ type: Float.Type) throws -> Float { try some(value.double.flatMap { Float(exactly: $0) }) }
    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }

    private func whole<Number: BinaryInteger>() throws -> Number {
        try some(value.int.flatMap { Number(exactly: $0) })
    }

    private func some<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Failure() }
        return value
    }
}

extension JSONValueDecoder {
    /// The members of an object.
    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSON]
        var codingPath: [any CodingKey] { [] }

        var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

        func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

        private func decoder(_ key: some CodingKey) throws -> JSONValueDecoder {
            guard let value = members[key.stringValue] else { throw Failure() }
            return JSONValueDecoder(value)
        }

        func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(key).decode(type) }
        func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder(key).decode(type) }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(key).decode(type) }
        func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try decoder(key).decode(type) }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(key).decode(type) }
        func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try decoder(key).decode(type) }
        func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try decoder(key).decode(type) }
        func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try decoder(key).decode(type) }
        func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder(key).decode(type) }
        func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try decoder(key).decode(type) }
        func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder(key).decode(type) }
        func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder(key).decode(type) }
        func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder(key).decode(type) }
        func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder(key).decode(type) }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try decoder(key).decode(type)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
            -> KeyedDecodingContainer<Nested>
        {
            try decoder(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { throw Failure() }
        func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
    }

    /// The elements of an array.
    private struct Elements: UnkeyedDecodingContainer {
        let values: [JSON]
        var codingPath: [any CodingKey] { [] }
        var currentIndex = 0

        var count: Int? { values.count }
        var isAtEnd: Bool { currentIndex >= values.count }

        private func decoder() throws -> JSONValueDecoder {
            guard !isAtEnd else { throw Failure() }
            return JSONValueDecoder(values[currentIndex])
        }

        mutating func decodeNil() throws -> Bool {
            guard try decoder().decodeNil() else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let value = try decoder().decode(type)
            currentIndex += 1
            return value
        }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
            -> KeyedDecodingContainer<Nested>
        {
            defer { currentIndex += 1 }
            return try decoder().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            defer { currentIndex += 1 }
            return try decoder().unkeyedContainer()
        }

        mutating func superDecoder() throws -> any Decoder {
            defer { currentIndex += 1 }
            return try decoder()
        }
    }
}
