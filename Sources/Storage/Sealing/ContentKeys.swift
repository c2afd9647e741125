import HawserCore
import HawserMetadata

/// Keeps the keys of contents: sealed with one that is derived from the master key, each bound to its content.
public struct ContentKeys: Sendable {
    private let wrapping: [UInt8]?

    /// The keys under a master key.
    ///
    /// - Parameter masterKey: 32 bytes; nil: nothing can be encrypted, nor what was be read.
    public init(masterKey: [UInt8]?) {
        // The derivation fails without a key only.
        wrapping = masterKey.flatMap { try? Crypto.derive(key: $0, label: "contents") }
    }

    /// Whether contents can be encrypted.
    public var areThere: Bool { wrapping != nil }

    /// What is stored of a content's encryption.
    ///
    /// - Throws: `StorageError.noMasterKey`; `CryptoError`.
    func encryption(_ cipher: SegmentedCipher, of content: String) throws -> ContentEncryption {
        guard let wrapping else { throw StorageError.noMasterKey }
        let key = try Crypto.seal(cipher.key, key: wrapping, context: Self.context(content))
        return ContentEncryption(segments: cipher.shape, sealedKey: key)
    }

    /// The encryption of a content, from what is stored of it.
    ///
    /// - Throws: `StorageError`: `noMasterKey`, `wrongKey`.
    func cipher(_ encryption: ContentEncryption, of content: String) throws -> SegmentedCipher {
        guard let wrapping else { throw StorageError.noMasterKey }
        do {
            let key = try Crypto.open(encryption.sealedKey, key: wrapping, context: Self.context(content))
            return try SegmentedCipher(key: key, shape: encryption.segments)
        } catch {
            throw StorageError.wrongKey(content: content, reason: "\(error)")
        }
    }

    private static func context(_ content: String) -> String { "content \(content)" }
}
