import COpenSSL

/// A hash function that is stored or sent somewhere in this product.
public enum DigestAlgorithm: Sendable, Hashable, CaseIterable {
    /// 16 bytes; only for etags, never for anything an attacker may choose.
    case md5
    /// 20 bytes; only where a dialect's wire format asks for it.
    case sha1
    /// 32 bytes; the identity of content.
    case sha256

    /// The length of a digest in bytes.
    public var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// OpenSSL's implementation of the function.
    fileprivate var implementation: OpaquePointer? {
        switch self {
        case .md5: Implementations.shared.md5
        case .sha1: Implementations.shared.sha1
        case .sha256: Implementations.shared.sha256
        }
    }
}

// Sendable: what the pointers lead to is neither changed nor freed after it was made.
/// OpenSSL's implementations, looked up once: the lookup costs more than the digest of a key.
private struct Implementations: @unchecked Sendable {
    static let shared = Implementations()

    let md5 = EVP_MD_fetch(nil, "MD5", nil)
    let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
    let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
}

// Sendable: the OpenSSL context behind it is bound to no thread, and a value that cannot be copied and whose `update`
// is `mutating` is never used by two threads at once.
/// A digest of bytes that come piece by piece.
public struct DigestStream: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let algorithm: DigestAlgorithm

    /// A digest of nothing so far.
    ///
    /// Stops the process when OpenSSL cannot provide the function (out of memory, or a FIPS build without MD5).
    public init(_ algorithm: DigestAlgorithm) {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, algorithm.implementation, nil) == 1 else {
            preconditionFailure("OpenSSL cannot provide \(algorithm)")
        }
        self.context = context
        self.algorithm = algorithm
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // The only failure is an update after the end, which `finish` makes impossible by consuming.
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        // Written so that no closure captures `self`, which a value that cannot be copied does not allow.
        let context = self.context
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        if done == nil {
            Array(bytes).withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        }
    }

    /// The digest of all bytes taken in.
    public consuming func finish() -> [UInt8] {
        let context = self.context
        return [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { buffer, count in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = buffer.count
        }
    }
}

/// Digests of bytes that are at hand as a whole.
public enum Digest {
    /// The 16 bytes of MD5.
    public static func md5(_ bytes: some Sequence<UInt8>) -> [UInt8] { of(bytes, .md5) }

    /// The 20 bytes of SHA-1.
    public static func sha1(_ bytes: some Sequence<UInt8>) -> [UInt8] { of(bytes, .sha1) }

    /// The 32 bytes of SHA-256.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] { of(bytes, .sha256) }

    /// The digest by a function chosen at run time.
    public static func of(_ bytes: some Sequence<UInt8>, _ algorithm: DigestAlgorithm) -> [UInt8] {
        var stream = DigestStream(algorithm)
        stream.update(bytes)
        return stream.finish()
    }
}
