/// Header fields in the order they came, names compared without case.
public struct Headers: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    /// The fields, as sent.
    public private(set) var fields: [(name: String, value: String)]

    /// No fields.
    public init() {
        fields = []
    }

    /// Fields in the order they are written.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first value of a field; setting replaces all of that name, nil removes them.
    public subscript(name: String) -> String? {
        get {
            for field in fields where Self.isSame(field.name, name) { return field.value }
            return nil
        }
        set {
            fields.removeAll { Self.isSame($0.name, name) }
            if let newValue { fields.append((name: name, value: newValue)) }
        }
    }

    /// Adds a field and keeps those of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    /// All values of a field, in order.
    public func all(_ name: String) -> [String] {
        fields.compactMap { Self.isSame($0.name, name) ? $0.value : nil }
    }

    /// How many fields there are.
    public var count: Int { fields.count }

    /// Walks the fields in order.
    public func makeIterator() -> IndexingIterator<[(name: String, value: String)]> {
        fields.makeIterator()
    }

    mutating func reserve(_ count: Int) {
        fields.reserveCapacity(count)
    }

    static func isSame(_ a: String, _ b: String) -> Bool {
        let a = a.utf8
        let b = b.utf8
        guard a.count == b.count else { return false }
        for (x, y) in zip(a, b) where x != y {
            // Letters differ in bit 5 alone by case; other bytes must be equal.
            let lower = x | 0x20
            guard lower == y | 0x20, lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "z") else { return false }
        }
        return true
    }

    /// Whether a field's comma-separated list holds a token, without case.
    func contains(token: String, in name: String) -> Bool {
        for value in all(name) {
            for part in value.split(separator: ",") where Self.isSame(String(part.trimmed), token) { return true }
        }
        return false
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    var trimmed: SubSequence {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}

/// What RFC 9110 (5.6.2) allows in names of fields and methods.
func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
}
