import COpenSSL

extension Crypto {
    private static let version: UInt8 = 1
    private static let nonceLength = 12
    private static let tagLength = 16

    /// Encrypts bytes so that they can be stored: AES-256-GCM with a random nonce.
    ///
    /// The result is a version byte (1), the nonce (12 bytes), the cipher text and the tag (16 bytes). `context` is not
    /// in it but must be the same to open it: name the record and field, so that nobody can move a sealed value.
    /// One key is good for 2^32 seals (NIST SP 800-38D, 8.3).
    ///
    /// - Throws: `CryptoError` when the key has not 32 bytes or OpenSSL refuses.
    public static func seal(_ plaintext: [UInt8], key: [UInt8], context: String) throws -> [UInt8] {
        try seal(plaintext, key: key, nonce: randomBytes(nonceLength), context: Array(context.utf8))
    }

    /// Decrypts what `seal` made.
    ///
    /// - Throws: `CryptoError` when the key has not 32 bytes, or these bytes were not sealed with this key and context.
    public static func open(_ sealed: [UInt8], key: [UInt8], context: String) throws -> [UInt8] {
        try check(key, "open")
        let textStart = 1 + nonceLength
        guard sealed.count >= textStart + tagLength, sealed[0] == version else { throw CryptoError.notSealed }
        let nonce = Array(sealed[1..<textStart])
        let cipherText = Array(sealed[textStart..<(sealed.count - tagLength)])
        var tag = Array(sealed.suffix(tagLength))
        let associated = Array(context.utf8)
        guard let cipher = EVP_CIPHER_CTX_new() else { throw CryptoError.failed(operation: "open") }
        defer { EVP_CIPHER_CTX_free(cipher) }
        var plaintext = [UInt8](repeating: 0, count: cipherText.count)
        var length: Int32 = 0
        var rest: Int32 = 0
        guard EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(cipher, nil, &length, associated, Int32(associated.count)) == 1,
            EVP_DecryptUpdate(cipher, &plaintext, &length, cipherText, Int32(cipherText.count)) == 1,
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag) == 1
        else { throw CryptoError.failed(operation: "open") }
        guard EVP_DecryptFinal_ex(cipher, nil, &rest) == 1 else { throw CryptoError.notAuthentic }
        return plaintext
    }

    /// Seals with a given nonce, for known answers in tests; a nonce must never be used twice with a key.
    static func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]) throws -> [UInt8] {
        try check(key, "seal")
        guard let cipher = EVP_CIPHER_CTX_new() else { throw CryptoError.failed(operation: "seal") }
        defer { EVP_CIPHER_CTX_free(cipher) }
        var cipherText = [UInt8](repeating: 0, count: plaintext.count)
        var tag = [UInt8](repeating: 0, count: tagLength)
        var length: Int32 = 0
        var rest: Int32 = 0
        guard EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(cipher, nil, &length, context, Int32(context.count)) == 1,
            EVP_EncryptUpdate(cipher, &cipherText, &length, plaintext, Int32(plaintext.count)) == 1,
            EVP_EncryptFinal_ex(cipher, nil, &rest) == 1,
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), &tag) == 1
        else { throw CryptoError.failed(operation: "seal") }
        return [version] + nonce + cipherText + tag
    }

    private static func check(_ key: [UInt8], _ operation: String) throws {
        guard key.count == 32 else {
            throw CryptoError.keyLength(operation: operation, bytes: key.count, expected: 32)
        }
    }
}
