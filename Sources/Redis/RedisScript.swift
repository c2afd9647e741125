import COpenSSL

/// A Lua script, run by its SHA-1.
public struct RedisScript: Sendable, Hashable {
    /// What it is called in errors and metrics.
    public let name: String
    /// The Lua text.
    public let source: String
    /// The SHA-1 of the text in lower-case hexadecimal: the name Redis knows it by.
    public let digest: String

    /// A script; make it once and keep it, because its digest is computed here.
    public init(name: String, source: String) {
        self.name = name
        self.source = source
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let text = Array(source.utf8)
        EVP_Digest(text, text.count, &hash, &length, EVP_sha1(), nil)
        let digits = Array("0123456789abcdef".utf8)
        digest = String(
            decoding: hash.prefix(Int(length)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
