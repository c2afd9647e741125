public import HawserQueue

/// Mails a tenant of the file store the code that verifies its address: `mail.send`.
///
/// Address and code are not in the job, which its owner can read: the handler finds them by the tenant.
public enum MailSend: JobKind {
    /// What is mailed.
    public struct Arguments: Codable, Sendable, Equatable {
        /// Names the code: one that was replaced meanwhile is not mailed.
        public var codeID: String

        private enum CodingKeys: String, CodingKey {
            case codeID = "code_id"
        }

        /// Arguments.
        public init(codeID: String) {
            self.codeID = codeID
        }
    }

    /// Nothing.
    public typealias Output = NoOutput

    /// `mail.send`.
    public static let name = "mail.send"
    /// `default`.
    public static let queue = QueueName.default
    /// Tried for two hours: then the code has expired.
    public static let retry = RetryPolicy(maxAttempts: 100, base: 1, cap: 120, deadline: 7200)
    /// Two minutes.
    public static let attemptTimeout = Duration.seconds(120)
}
