import COpenSSL

/// Random bytes, message authentication and key derivation, all by OpenSSL.
public enum Crypto {
    /// Unpredictable bytes, fit for keys and ids.
    ///
    /// Stops the process when the system has no randomness to give: going on would hand out guessable secrets.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("no random bytes from OpenSSL")
            }
            filled = count
        }
    }

    /// The 32 bytes of HMAC-SHA256 (RFC 2104); a key of any length.
    public static func hmacSHA256(key: [UInt8], message: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(message)
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, filled in
            // A null pointer would mean "reuse the last key"; HMAC pads keys with zeros, so one zero is the empty key.
            let key = key.isEmpty ? [0] : key
            guard HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, nil) != nil
            else {
                preconditionFailure("OpenSSL cannot provide HMAC-SHA256")
            }
            filled = 32
        }
    }

    /// Whether two byte strings are equal, in a time that depends on their lengths only.
    public static func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    /// A key of 32 bytes for one purpose, derived from a master key by HKDF-SHA256 (RFC 5869, no salt, label as info).
    ///
    /// - Throws: `CryptoError` when the master key is empty or OpenSSL refuses.
    public static func derive(key: [UInt8], label: String) throws -> [UInt8] {
        guard !key.isEmpty else { throw CryptoError.keyLength(operation: "derive", bytes: 0, expected: 32) }
        return try hkdf(key: key, salt: [], info: Array(label.utf8), count: 32)
    }

    /// HKDF-SHA256 with all its inputs (RFC 5869).
    static func hkdf(key: [UInt8], salt: [UInt8], info: [UInt8], count: Int) throws -> [UInt8] {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else {
            throw CryptoError.failed(operation: "derive")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: count)
        var length = count
        guard EVP_PKEY_derive_init(context) == 1,
            EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1,
            EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(salt.count)) == 1,
            EVP_PKEY_CTX_set1_hkdf_key(context, key, Int32(key.count)) == 1,
            info.isEmpty || EVP_PKEY_CTX_add1_hkdf_info(context, info, Int32(info.count)) == 1,
            EVP_PKEY_derive(context, &output, &length) == 1, length == count
        else { throw CryptoError.failed(operation: "derive") }
        return output
    }
}
