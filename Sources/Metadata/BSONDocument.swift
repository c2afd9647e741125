/// Named values in the order they were put in.
public struct BSONDocument: Sendable, Hashable {
    /// One named value.
    public struct Field: Sendable, Hashable {
        /// The name, without NUL.
        public var name: String
        /// The value.
        public var value: BSON

        /// A named value.
        public init(name: String, value: BSON) {
            self.name = name
            self.value = value
        }
    }

    /// The fields in order.
    public private(set) var fields: [Field]

    /// A document of these fields.
    public init(fields: [Field] = []) {
        self.fields = fields
    }

    /// Whether there is no field.
    public var isEmpty: Bool { fields.isEmpty }

    /// The value of a field; setting nil takes the field away, setting a new name appends it.
    public subscript(name: String) -> BSON? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Appends all fields of another document.
    public func merging(_ other: BSONDocument) -> BSONDocument {
        var merged = self
        for field in other.fields { merged[field.name] = field.value }
        return merged
    }

    /// The value of a field that must be there.
    ///
    /// `kind` says of which type: `try document.required("size", \.int)`.
    ///
    /// - Throws: `BSONFieldError` when it is missing or of another type.
    public func required<Value>(_ name: String, _ kind: KeyPath<BSON, Value?>) throws -> Value {
        guard let value = self[name] else { throw BSONFieldError(field: name, isMissing: true) }
        guard let typed = value[keyPath: kind] else { throw BSONFieldError(field: name, isMissing: false) }
        return typed
    }

    /// The value of a field that may be missing or null.
    ///
    /// - Throws: `BSONFieldError` when it is of another type.
    public func optional<Value>(_ name: String, _ kind: KeyPath<BSON, Value?>) throws -> Value? {
        guard let value = self[name], value != .null else { return nil }
        guard let typed = value[keyPath: kind] else { throw BSONFieldError(field: name, isMissing: false) }
        return typed
    }
}

extension BSONDocument: ExpressibleByDictionaryLiteral {
    /// A document of these fields; names are expected to differ.
    public init(dictionaryLiteral elements: (String, BSON)...) {
        self.init(fields: elements.map { Field(name: $0.0, value: $0.1) })
    }
}

/// A stored document that has not the form this program writes.
public struct BSONFieldError: Error, CustomStringConvertible {
    /// The field.
    public let field: String
    /// Whether it is missing, rather than of a wrong type or value.
    public let isMissing: Bool

    /// An error about a field.
    public init(field: String, isMissing: Bool) {
        self.field = field
        self.isMissing = isMissing
    }

    /// The error as a sentence.
    public var description: String {
        isMissing ? "field \(field) is missing" : "field \(field) has an unexpected type or value"
    }
}
