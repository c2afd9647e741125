import CCurl

/// Why a request to another server got no answer.
///
/// Its text names scheme, host, port and path, never credentials or a query.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    public enum Kind: Sendable, Hashable {
        /// The URL or a header field is not one that can be sent.
        case invalidRequest
        /// The host's name has no address.
        case resolve
        /// No connection.
        case connect
        /// The TLS handshake failed, or the certificate is not trusted.
        case tls
        /// It took too long.
        case timeout
        /// The address is one the policy refuses.
        case refusedAddress
        /// The response is longer than allowed.
        case tooLarge
        /// The connection broke while sending.
        case send
        /// The connection broke while receiving, or what came is not HTTP.
        case receive
        /// The client was shut down.
        case closed
    }

    /// How far the request got.
    public enum Phase: String, Sendable, Hashable {
        /// Nothing was sent.
        case connecting
        /// The request was being sent, or the answer's status had not come.
        case sending
        /// The status had come.
        case receiving
    }

    /// What failed.
    public let kind: Kind
    /// How far the request got.
    public let phase: Phase
    /// The method.
    public let method: String
    /// The URL without credentials and query.
    public let url: String
    /// The cause in words.
    public let cause: String

    /// Whether the same request may succeed later.
    public var isRetryable: Bool {
        switch kind {
        case .resolve, .connect, .timeout, .send, .receive, .closed: true
        case .invalidRequest, .tls, .refusedAddress, .tooLarge: false
        }
    }

    /// The error in one line.
    public var description: String {
        "\(method) \(url): \(cause) (\(kind), \(phase.rawValue))"
    }

    static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_SEND_ERROR, CURLE_READ_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_ABORTED_BY_CALLBACK: .send
        default: .receive
        }
    }

    /// A URL without user, password, query and fragment; `(invalid URL)` when it is none.
    static func safe(_ url: String) -> (text: String, hasCredentials: Bool)? {
        guard let parsed = curl_url() else { return nil }
        defer { curl_url_cleanup(parsed) }
        guard curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
        func part(_ part: CURLUPart) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(parsed, part, &text, 0) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        let hasCredentials = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
        for secret in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT] {
            curl_url_set(parsed, secret, nil, 0)
        }
        guard let text = part(CURLUPART_URL) else { return nil }
        return (text, hasCredentials)
    }
}
