import COpenSSL

/// What all encrypted connections of a client share: trusted certificates and the name to check.
///
/// `@unchecked Sendable` is safe because OpenSSL counts references to a context atomically and nothing changes it here.
final class TLSContext: @unchecked Sendable {
    private let context: OpaquePointer
    private let host: String

    /// A context that trusts the certificates of a file, or the system's when there is none.
    ///
    /// - Throws: `RedisError.tls` when the file cannot be used.
    init(host: String, certificateAuthority: String?) throws {
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw RedisError.tls(Self.reason("no context"))
        }
        self.context = context
        self.host = host
        // The macros SSL_CTX_set_min_proto_version and SSL_set_tlsext_host_name are not imported; these are their bodies.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        let isLoaded =
            if let certificateAuthority {
                SSL_CTX_load_verify_locations(context, certificateAuthority, nil)
            } else {
                SSL_CTX_set_default_verify_paths(context)
            }
        guard isLoaded == 1 else { throw RedisError.tls(Self.reason("cannot read the trusted certificates")) }
    }

    deinit {
        SSL_CTX_free(context)
    }

    /// The state of one encrypted connection.
    ///
    /// - Throws: `RedisError.tls` when OpenSSL has no memory for it.
    func filter() throws -> TLSFilter {
        guard let ssl = SSL_new(context) else { throw RedisError.tls(Self.reason("no connection state")) }
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1
        if !isAddress {
            ERR_clear_error()
            SSL_set1_host(ssl, host)
            _ = host.withCString { name in
                SSL_ctrl(
                    ssl,
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: name)
                )
            }
        }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw RedisError.tls(Self.reason("no buffers"))
        }
        SSL_set_bio(ssl, input, output)
        SSL_set_connect_state(ssl)
        return TLSFilter(ssl: ssl, input: input, output: output)
    }

    /// OpenSSL's oldest error in words.
    static func reason(_ fallback: String) -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return fallback }
        return "\(fallback): \(String(cString: text))"
    }
}
