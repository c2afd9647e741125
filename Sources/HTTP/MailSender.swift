import CCurl
import Foundation
public import HawserCore
import Synchronization

/// Sends mail by SMTP (libcurl), one connection per mail.
public final class MailSender: Sendable {
    /// How long one mail may take.
    private static let timeout = Duration.seconds(60)

    private let url: Secret
    private let user: String?
    private let password: Secret?
    private let from: String
    private let pool = BlockingPool(name: "mail", threads: 4)

    /// A sender.
    ///
    /// - Parameters:
    ///   - url: `smtp://HOST[:PORT]`, with STARTTLS where the server offers it, or `smtps://…`.
    ///   - user: who logs in; nil: nobody does.
    ///   - password: with what.
    ///   - from: the address mails come from.
    public init(url: Secret, user: String?, password: Secret?, from: String) {
        self.url = url
        self.user = user
        self.password = password
        self.from = from
    }

    /// Sends a mail; returns when the server has taken it.
    ///
    /// - Throws: `MailError`.
    public func send(_ mail: Mail) async throws {
        guard Mail.isAddress(from), Mail.isAddress(mail.to) else {
            throw MailError(cause: "an address is not one", status: 0, isRetryable: false)
        }
        let text = mail.text(from: from)
        try await pool.run { [self] in try perform(text, to: mail.to) }
    }

    private func perform(_ text: [UInt8], to recipient: String) throws {
        guard Self.isReady, let easy = curl_easy_init() else {
            throw MailError(cause: "out of memory", status: 0, isRetryable: true)
        }
        defer { curl_easy_cleanup(easy) }
        let upload = Upload(text)
        let context = Unmanaged.passUnretained(upload).toOpaque()
        let recipients = curl_slist_append(nil, "<\(recipient)>")
        defer { curl_slist_free_all(recipients) }
        _ = hawser_curl_set_text(easy, CURLOPT_URL, url.revealed)
        _ = hawser_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        _ = hawser_curl_set_text(easy, CURLOPT_PROXY, "")
        if let user { _ = hawser_curl_set_text(easy, CURLOPT_USERNAME, user) }
        if let password { _ = hawser_curl_set_text(easy, CURLOPT_PASSWORD, password.revealed) }
        // A password goes over TLS only; without one, TLS where the server offers it.
        let tls = password == nil ? CURLUSESSL_TRY : CURLUSESSL_ALL
        _ = hawser_curl_set_long(easy, CURLOPT_USE_SSL, Int(tls.rawValue))
        _ = hawser_curl_set_text(easy, CURLOPT_MAIL_FROM, "<\(from)>")
        _ = hawser_curl_set_mail_recipients(easy, recipients)
        _ = hawser_curl_set_mail(easy, context, Self.onRead)
        _ = hawser_curl_set_long(easy, CURLOPT_UPLOAD, 1)
        _ = hawser_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = hawser_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        _ = hawser_curl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(Self.timeout / .milliseconds(1)))
        let code = withExtendedLifetime(upload) { curl_easy_perform(easy) }
        guard code != CURLE_OK else { return }
        let status = hawser_curl_get_long(easy, CURLINFO_RESPONSE_CODE)
        // 5yz is final (RFC 5321, 4.2.1); everything else may pass.
        let isFinal = (500...599).contains(status) || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
        throw MailError(cause: String(cString: curl_easy_strerror(code)), status: status, isRetryable: !isFinal)
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// What is left to be sent; used by the one thread that performs the transfer.
    private final class Upload {
        private let text: [UInt8]
        private var offset = 0

        init(_ text: [UInt8]) {
            self.text = text
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let part = text[offset...].prefix(buffer.count)
            buffer.copyBytes(from: part)
            offset += part.count
            return part.count
        }
    }

    private static let onRead: curl_read_callback = { buffer, size, count, context in
        guard let buffer, let context else { return 0 }
        let upload = Unmanaged<Upload>.fromOpaque(context).takeUnretainedValue()
        return upload.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }
}

/// A mail that was not sent.
public struct MailError: Error, Sendable, CustomStringConvertible {
    /// Why.
    public let cause: String
    /// The server's last reply code; 0 when there was none.
    public let status: Int
    /// Whether it may be sent later.
    public let isRetryable: Bool

    /// The error as a sentence, without address and server.
    public var description: String {
        "the mail was not sent: \(cause)\(status == 0 ? "" : " (the server answered \(status))")"
    }
}
