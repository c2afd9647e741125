import HawserCore
public import HawserMetadata

/// Bytes by their SHA-1 and length: a file, or a piece of one.
public struct HashedBytes: Sendable, Hashable {
    /// The longest file, in bytes: 1 PiB.
    ///
    /// Sums of lengths stay far from what a number can hold.
    public static let longest: Int64 = 1 << 50

    /// The SHA-1 in lower-case hexadecimal.
    public let sha1: String
    /// How many bytes.
    public let size: Int64

    /// Bytes; nil when the hash is none or the length cannot be.
    public init?(sha1: String, size: Int64) {
        guard sha1.utf8.count == 40, [UInt8](hex: sha1) != nil, (0...Self.longest).contains(size) else { return nil }
        self.sha1 = sha1.lowercased()
        self.size = size
    }

    /// The file of an upload.
    public init(_ upload: PieceUpload) {
        self.init(known: upload.sha1, size: upload.size)
    }

    /// Bytes that were checked when they came.
    private init(known sha1: String, size: Int64) {
        self.sha1 = sha1
        self.size = size
    }

    /// The SHA-1 as it is.
    var hash: [UInt8] { [UInt8](hex: sha1) ?? [] }
}
