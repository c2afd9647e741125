import Foundation
import HawserCore

/// AWS Signature Version 4 of S3 requests, in the header `Authorization`.
///
/// By "Authenticating Requests: Using the Authorization Header" of Amazon's S3 API reference.
struct S3Signature {
    /// What stands for the digest of a body that is not signed: bytes that are still to come when the head is sent.
    static let unsigned = "UNSIGNED-PAYLOAD"
    /// The digest of no bytes.
    static let empty = Digest.sha256([]).hex

    let method: String
    /// The path as it is sent.
    let path: String
    /// Names and values before they are encoded.
    let query: [(name: String, value: String)]
    /// All header fields that are signed; `host`, `x-amz-date` and `x-amz-content-sha256` among them.
    let headers: [(name: String, value: String)]
    /// The SHA-256 of the body, or `unsigned`.
    let payload: String
    /// When it is signed, as `20130524T000000Z`.
    let time: String
    let region: String

    /// The value of the header.
    func authorization(accessKey: String, secretKey: Secret) -> String {
        let fields = headers.map { (name: $0.name.lowercased(), value: $0.value.trimmingCharacters(in: .whitespaces)) }
            .sorted { $0.name < $1.name }
        let names = fields.map(\.name).joined(separator: ";")
        let canonical = [
            method, path, Self.encoded(query), fields.map { "\($0.name):\($0.value)\n" }.joined(), names, payload,
        ].joined(separator: "\n")
        let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Digest.sha256(Array(canonical.utf8)).hex)"
        let key = scope.split(separator: "/").reduce(Array("AWS4\(secretKey.revealed)".utf8)) { key, part in
            Crypto.hmacSHA256(key: key, message: part.utf8)
        }
        let signature = Crypto.hmacSHA256(key: key, message: text.utf8).hex
        return "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
    }

    /// A moment as it is signed.
    static func time(_ moment: Timestamp) -> String {
        // 2013-05-24T00:00:00.000Z
        String(moment.rfc3339.prefix(19)).replacing("-", with: "").replacing(":", with: "") + "Z"
    }

    /// A query as it is signed and sent: sorted by name, all but RFC 3986's unreserved characters encoded.
    static func encoded(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// A text with all but RFC 3986's unreserved characters encoded; `/` stays where `keepingSlashes` says so.
    static func encoded(_ text: String, keepingSlashes: Bool = false) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case 47 where keepingSlashes: encoded += "/"
            default: encoded += "%" + [byte].hex.uppercased()
            }
        }
        return encoded
    }
}
