import COpenSSL

/// One TLS connection between two memory buffers; the socket is not its business.
///
/// `@unchecked Sendable` is safe because it is used under the lock of its connection only.
final class TLSFilter: @unchecked Sendable {
    private let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer

    init(ssl: OpaquePointer, input: OpaquePointer, output: OpaquePointer) {
        self.ssl = ssl
        self.input = input
        self.output = output
    }

    deinit {
        // Frees both buffers too.
        SSL_free(ssl)
    }

    /// Whether the handshake is done.
    var isReady: Bool { SSL_is_init_finished(ssl) == 1 }

    /// Starts the handshake; its first bytes are in `takeOutput`.
    func start() {
        ERR_clear_error()
        SSL_do_handshake(ssl)
    }

    /// Encrypts bytes; answers what goes to the socket.
    func encrypt(_ bytes: [UInt8]) -> [UInt8] {
        ERR_clear_error()
        // A memory buffer takes everything, so one call writes all; a broken connection shows at the next read.
        var written = 0
        SSL_write_ex(ssl, bytes, bytes.count, &written)
        return takeOutput()
    }

    /// Takes bytes of the socket; answers what they say.
    ///
    /// - Throws: `RedisError.tls` when the server cannot be trusted, `RedisUnavailable` when the connection is broken.
    func decrypt(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        ERR_clear_error()
        BIO_write(input, bytes.baseAddress, Int32(bytes.count))
        var plain: [UInt8] = []
        while true {
            var count = 0
            let status = withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 16) { buffer -> Int32 in
                let status = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
                if status == 1 { plain.append(contentsOf: buffer[..<count]) }
                return status
            }
            if status == 1 { continue }
            switch SSL_get_error(ssl, status) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
                return plain
            case SSL_ERROR_ZERO_RETURN:
                throw RedisUnavailable(.connectionLost, cause: "closed by the server")
            default:
                let verdict = SSL_get_verify_result(ssl)
                if verdict != X509_V_OK {
                    throw RedisError.tls("certificate: \(String(cString: X509_verify_cert_error_string(verdict)))")
                }
                throw RedisUnavailable(.connectionLost, cause: TLSContext.reason("TLS"))
            }
        }
    }

    /// Takes the bytes that are to go to the socket.
    func takeOutput() -> [UInt8] {
        let pending = BIO_ctrl_pending(output)
        guard pending > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
            count = max(0, Int(BIO_read(output, buffer.baseAddress, Int32(pending))))
        }
    }
}
