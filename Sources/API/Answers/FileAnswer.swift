import HawserHTTP
import HawserStorage

/// Parts of responses that carry a file.
enum FileAnswer {
    /// What a reader reads as a response's body: from the file itself where it is one, else chunk by chunk.
    static func body(_ reader: ObjectReader) throws -> ResponseBody {
        guard reader.length > 0 else { return .none }
        if let file = try reader.takeFile() {
            return .file(
                FileRegion(file: .init(taking: file.descriptor), offset: file.offset, length: file.length)
            )
        }
        return .stream(length: reader.length) { writer in
            for try await chunk in reader { try await writer.write(chunk) }
        }
    }

    /// The value of `Content-Disposition` (RFC 6266): an ASCII name for old clients and the whole one (RFC 8187).
    static func disposition(_ type: String, name: String) -> String {
        let plain = String(
            name.unicodeScalars.map { scalar in
                scalar.value >= 32 && scalar.value < 127 && scalar != "\"" && scalar != "\\" && scalar != "%"
                    ? Character(scalar) : "_"
            }
        )
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
