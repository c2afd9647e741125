import HawserHTTP
import HawserStorage

/// Parts of responses that carry a file.
enum FileAnswer {
    /// The bytes of an object as a response's body.
    static func body(_ reader: ObjectReader, offset: Int64, length: Int64) async throws -> ResponseBody {
        guard length > 0 else { return .none }
        switch try await reader.content(offset: offset, length: length) {
        case .region(let region):
            return .file(
                FileRegion(file: .init(taking: region.takeDescriptor()), offset: region.offset, length: region.length))
        case .chunks(let chunks):
            return .stream(length: length) { writer in
                for try await chunk in chunks { try await writer.write(chunk) }
            }
        }
    }

    /// The value of `Content-Disposition` (RFC 6266): an ASCII name for old clients and the whole one (RFC 8187).
    static func disposition(_ type: String, name: String) -> String {
        let plain = String(
            name.unicodeScalars.map { scalar in
                scalar.value >= 32 && scalar.value < 127 && scalar != "\"" && scalar != "\\" && scalar != "%"
                    ? Character(scalar) : "_"
            })
        return "\(type); filename=\"\(plain)\"; filename*=UTF-8''\(encoded(name))"
    }

    /// Percent-encodes all but RFC 8187's attr-char.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte -> String in
            switch byte {
            case 48...57, 65...90, 97...122: String(UnicodeScalar(byte))
            case _ where "!#$&+-.^_`|~".utf8.contains(byte): String(UnicodeScalar(byte))
            default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }.joined()
    }
}
