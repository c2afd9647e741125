import COpenSSL

/// Encryption of bytes whose parts can be read without the rest: segments under AES-256-GCM.
///
/// The nonce of a segment is its number in 11 bytes, big-endian, and a byte that is 1 in the last one: the STREAM
/// construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015) with the nonces of age (age-encryption.org/v1). So a
/// segment that was changed, moved or left out, or bytes that end too early, do not open. A key is for one sequence of
/// bytes, written once: then no nonce is used twice.
public struct SegmentedCipher: Sendable {
    /// The key, 32 bytes.
    public let key: [UInt8]
    /// How the bytes are cut.
    public let shape: SegmentShape

    /// An encryption with a new random key.
    public init(shape: SegmentShape = .standard) {
        key = Crypto.randomBytes(32)
        self.shape = shape
    }

    /// An encryption with a known key.
    ///
    /// - Throws: `CryptoError.keyLength` when it has not 32 bytes.
    public init(key: [UInt8], shape: SegmentShape) throws {
        guard key.count == 32 else {
            throw CryptoError.keyLength(operation: "segments", bytes: key.count, expected: 32)
        }
        self.key = key
        self.shape = shape
    }

    /// Decrypts segments that follow each other.
    ///
    /// - Parameters:
    ///   - sealed: the segments with their tags; all of them whole, but for the very last one.
    ///   - number: the number of the first.
    ///   - endsAll: whether the last of these is the very last.
    /// - Returns: the plain bytes.
    /// - Throws: `CryptoError.notAuthentic` when one of them is not what was sealed as that segment with this key.
    public func open(_ sealed: [UInt8], from number: Int64, endsAll: Bool) throws -> [UInt8] {
        let count = (sealed.count + shape.sealed - 1) / shape.sealed
        let last = sealed.count - (count - 1) * shape.sealed
        guard count > 0, last >= SegmentShape.tag, endsAll || last == shape.sealed else {
            throw CryptoError.notAuthentic
        }
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError.failed(operation: "open") }
        defer { EVP_CIPHER_CTX_free(context) }
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nil) == 1 else {
            throw CryptoError.failed(operation: "open")
        }
        return try sealed.withUnsafeBufferPointer { sealed in
            try [UInt8](unsafeUninitializedCapacity: sealed.count - count * SegmentShape.tag) { plain, filled in
                for index in 0..<count {
                    let start = index * shape.sealed
                    let length = min(shape.sealed, sealed.count - start) - SegmentShape.tag
                    let nonce = Self.nonce(number + Int64(index), isLast: endsAll && index == count - 1)
                    var tag = Array(sealed[(start + length)..<(start + length + SegmentShape.tag)])
                    var done: Int32 = 0
                    guard EVP_DecryptInit_ex(context, nil, nil, nil, nonce) == 1,
                        EVP_DecryptUpdate(
                            context,
                            plain.baseAddress.map { $0 + filled },
                            &done,
                            sealed.baseAddress.map { $0 + start },
                            Int32(length)
                        ) == 1,
                        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(SegmentShape.tag), &tag) == 1
                    else { throw CryptoError.failed(operation: "open") }
                    var rest: UInt8 = 0
                    var more: Int32 = 0
                    guard EVP_DecryptFinal_ex(context, &rest, &more) == 1 else { throw CryptoError.notAuthentic }
                    filled += length
                }
            }
        }
    }

    /// The nonce of a segment.
    static func nonce(_ number: Int64, isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: 3)
        withUnsafeBytes(of: number.bigEndian) { nonce += $0 }
        return nonce + [isLast ? 1 : 0]
    }
}
