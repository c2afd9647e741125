public import HawserCore

/// How the bytes of a content are encrypted.
public struct ContentEncryption: Sendable, Hashable {
    private static let type = StoragePolicy.Encryption.aes256GCM.rawValue

    /// How the plain bytes are cut into segments.
    public let segments: SegmentShape
    /// The key, sealed with one that only the program has.
    public let sealedKey: [UInt8]

    /// An encryption by AES-256-GCM.
    public init(segments: SegmentShape, sealedKey: [UInt8]) {
        self.segments = segments
        self.sealedKey = sealedKey
    }

    init(document: BSONDocument) throws {
        let length = try document.required("segment", \.int)
        guard try document.required("type", \.string) == Self.type, length > 0, length <= 1 << 30 else {
            throw BSONFieldError(field: "encryption", isMissing: false)
        }
        segments = SegmentShape(length: Int(length))
        sealedKey = try document.required("key", \.binary)
    }

    var document: BSONDocument {
        ["type": .string(Self.type), "segment": .int(Int64(segments.length)), "key": .binary(sealedKey)]
    }
}
