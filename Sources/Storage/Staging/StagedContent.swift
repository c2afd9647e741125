/// What is known about bytes that came in whole; of those that are encrypted, as they were before.
public struct StagedContent: Sendable, Hashable {
    /// How many bytes.
    public let size: Int64
    /// Their MD5 in hexadecimal.
    public let md5: String
    /// Their SHA-1 in hexadecimal, when it was asked for.
    public let sha1: String?
    /// Their SHA-256 in hexadecimal.
    public let sha256: String
}
