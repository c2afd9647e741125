import Foundation
import HawserHTTP
import HawserMetadata
import HawserStorage

/// Parts of responses that carry a file.
enum FileAnswer {
    /// The header by which a client asks for a part of a file.
    static let range = Endpoint.Parameter(name: "Range", place: .header, help: "One range of bytes")

    /// How a route describes that it answers with a file, or with a range of it.
    static func answers(headers: [String]) -> [Endpoint.Answer] {
        func answer(_ status: Int, _ help: String, _ headers: [String]) -> Endpoint.Answer {
            .init(
                status: status,
                help: help,
                type: "application/octet-stream",
                schema: ["type": "string", "format": "binary"],
                headers: headers
            )
        }
        return [answer(200, "The file", headers), answer(206, "A range of it", ["Content-Range"])]
    }

    /// What a reader reads as a response's body: from the file itself where it is one, else chunk by chunk.
    ///
    /// - Throws: what reading the first chunk throws, so that there is an answer that says so.
    static func body(_ reader: ObjectReader) async throws -> ResponseBody {
        guard reader.length > 0 else { return .none }
        if let bytes = reader.bytes { return .bytes(bytes) }
        if let file = try reader.takeFile() {
            return .file(
                FileRegion(file: .init(taking: file.descriptor), offset: file.offset, length: file.length)
            )
        }
        var iterator = reader.makeAsyncIterator()
        let first = try await iterator.next()
        return .stream(length: reader.length) { [iterator] writer in
            var (iterator, next) = (iterator, first)
            while let chunk = next {
                try await writer.write(chunk)
                next = try await iterator.next()
            }
        }
    }

    /// A response with an object's bytes or a range of them: what every download has, whoever asks for it.
    static func response(
        _ object: StoredObject,
        _ range: ByteRange?,
        from objects: ObjectStore
    ) async throws -> Response {
        let reader = try await objects.open(
            object,
            offset: range?.offset ?? 0,
            length: range?.length ?? object.size
        )
        return try await response(reader, range: range, of: object.size, tag: tag(object))
    }

    /// Answers with bytes, or with a range of them.
    ///
    /// - Parameters:
    ///   - reader: reads that range, or all.
    ///   - range: the range; nil when all was asked for.
    ///   - size: how many bytes there are in all.
    ///   - tag: their entity tag.
    /// - Returns: the response, without the type of the bytes.
    /// - Throws: what reading them throws.
    static func response(
        _ reader: ObjectReader,
        range: ByteRange?,
        of size: Int64,
        tag: String
    ) async throws -> Response {
        var response = Response(status: range == nil ? 200 : 206)
        response.body = try await body(reader)
        response.headers["ETag"] = tag
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if let range {
            response.headers["Content-Range"] =
                "bytes \(range.offset)-\(range.offset + range.length - 1)/\(size)"
        }
        return response
    }

    /// The entity tag of an object.
    static func tag(_ object: StoredObject) -> String { "\"\(object.etag)\"" }

    /// The value of `Content-Disposition` in its shortest form: a name that is a token bare, one beyond ASCII in both
    /// forms.
    static func attachment(_ name: String) -> String {
        let isToken = !name.isEmpty && name.utf8.allSatisfy(isTokenCharacter)
        if isToken { return "attachment; filename=\(name)" }
        let whole = disposition("attachment", name: name)
        let isPlain = name.utf8.allSatisfy { (32..<127).contains($0) && !"\"\\%".utf8.contains($0) }
        guard isPlain, let end = whole.range(of: "; filename*=") else { return whole }
        return String(whole[..<end.lowerBound])
    }

    /// What RFC 9110 (5.6.2) allows in a token.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$&'*+-.^_`|~".utf8.contains(byte)
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
