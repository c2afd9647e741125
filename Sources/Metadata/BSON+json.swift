import Foundation
public import HawserCore

extension BSON {
    /// The value that stores a JSON value so that `json` gives it back unchanged.
    ///
    /// Names are escaped where MongoDB would read them as an operator or a path, or BSON cannot hold them: a `$` in
    /// front, every `.`, NUL and `%` become `%` and two hexadecimal digits, and the empty name becomes a lone `%`.
    public init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map { BSON($0) })
        case .object(let members):
            // Sorted, so that equal objects are equal documents.
            let fields = members.sorted { $0.key < $1.key }
                .map { BSONDocument.Field(name: Self.escaped($0.key), value: BSON($0.value)) }
            self = .document(BSONDocument(fields: fields))
        }
    }

    /// The JSON value: names unescaped, moments as RFC 3339 texts, bytes as base64.
    public var json: JSON {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .date(let value): .string(value.rfc3339)
        case .binary(let bytes): .string(Data(bytes).base64EncodedString())
        case .objectID(let text): .string(text)
        case .array(let values): .array(values.map(\.json))
        case .document(let document):
            .object(
                Dictionary(document.fields.map { (Self.unescaped($0.name), $0.value.json) }) { _, last in last }
            )
        }
    }

    private static func escaped(_ name: String) -> String {
        if name.isEmpty { return "%" }
        guard name.utf8.first == 0x24 || name.utf8.contains(where: { $0 == 0x2E || $0 == 0x25 || $0 == 0 }) else {
            return name
        }
        var bytes: [UInt8] = []
        for (index, byte) in name.utf8.enumerated() {
            switch byte {
            case 0x24 where index == 0: bytes += "%24".utf8
            case 0x25: bytes += "%25".utf8
            case 0x2E: bytes += "%2E".utf8
            case 0: bytes += "%00".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ name: String) -> String {
        if name == "%" { return "" }
        guard name.utf8.contains(0x25) else { return name }
        // Not `removingPercentEncoding`: a foreign document may hold a percent sign that escapes nothing.
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2, let code = [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self)) {
                bytes += code
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
