import COpenSSL

// Sendable: the OpenSSL context behind it is bound to no thread, and a value that cannot be copied and whose calls are
// `mutating` is never used by two threads at once.
/// Encrypts bytes that come piece by piece, as `SegmentedCipher` opens them.
public struct SegmentSealer: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let shape: SegmentShape
    /// What came and is not sealed: there may be no more, and then this is the last segment.
    private var pending: [UInt8] = []
    private var number: Int64 = 0

    /// A sealer of the one sequence of bytes that the cipher's key is for.
    ///
    /// Stops the process when OpenSSL cannot provide AES-256-GCM, as with digests.
    public init(_ cipher: SegmentedCipher) {
        guard let context = EVP_CIPHER_CTX_new(),
            EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, cipher.key, nil) == 1
        else { preconditionFailure("OpenSSL cannot provide AES-256-GCM") }
        self.context = context
        shape = cipher.shape
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Takes in the next bytes and answers the segments that are sealed by them.
    ///
    /// - Throws: `CryptoError.failed` when OpenSSL refuses.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        let total = pending.count + bytes.count
        let count = max(0, (total - 1) / shape.length)
        guard count > 0 else {
            pending += bytes
            return []
        }
        let first = UnsafeRawBufferPointer(rebasing: bytes[..<(shape.length - pending.count)])
        let (before, context, shape, start) = (pending, context, shape, number)
        let sealed = try [UInt8](unsafeUninitializedCapacity: count * shape.sealed) { output, filled in
            for index in 0..<count {
                let begin = first.count + (index - 1) * shape.length
                let head = index == 0 ? before : []
                let tail = index == 0 ? first : .init(rebasing: bytes[begin..<(begin + shape.length)])
                let place = UnsafeMutableBufferPointer(rebasing: output[filled..<(filled + shape.sealed)])
                try Self.seal(context, head, tail, start + Int64(index), isLast: false, into: place)
                filled += shape.sealed
            }
        }
        number += Int64(count)
        pending = Array(bytes[(first.count + (count - 1) * shape.length)...])
        return sealed
    }

    /// Answers the last segment.
    ///
    /// - Throws: `CryptoError.failed` when OpenSSL refuses.
    public consuming func finish() throws -> [UInt8] {
        let (last, context, number) = (pending, context, number)
        return try [UInt8](unsafeUninitializedCapacity: last.count + SegmentShape.tag) { output, filled in
            try Self.seal(context, last, .init(start: nil, count: 0), number, isLast: true, into: output)
            filled = output.count
        }
    }

    private static func seal(
        _ context: OpaquePointer,
        _ head: [UInt8],
        _ tail: UnsafeRawBufferPointer,
        _ number: Int64,
        isLast: Bool,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) throws {
        let nonce = SegmentedCipher.nonce(number, isLast: isLast)
        let text = head.count + tail.count
        var (length, more, rest) = (Int32(0), Int32(0), UInt8(0))
        let tailBytes = tail.bindMemory(to: UInt8.self)
        guard EVP_EncryptInit_ex(context, nil, nil, nil, nonce) == 1,
            head.isEmpty || EVP_EncryptUpdate(context, output.baseAddress, &length, head, Int32(head.count)) == 1,
            tail.isEmpty
                || EVP_EncryptUpdate(
                    context,
                    output.baseAddress.map { $0 + head.count },
                    &length,
                    tailBytes.baseAddress,
                    Int32(tail.count)
                ) == 1,
            EVP_EncryptFinal_ex(context, &rest, &more) == 1,
            EVP_CIPHER_CTX_ctrl(
                context,
                EVP_CTRL_AEAD_GET_TAG,
                Int32(SegmentShape.tag),
                output.baseAddress.map { $0 + text }
            ) == 1
        else { throw CryptoError.failed(operation: "seal") }
    }
}
