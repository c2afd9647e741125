public import HawserCore
public import HawserQueue

/// Makes a staged content durable: lays its bytes out over targets, verifies them, and drops the staged copy:
/// `object.encode`.
public enum ObjectEncode: JobKind {
    /// Which content.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The content's id.
        public var content: String

        /// A content.
        public init(content: String) {
            self.content = content
        }
    }

    /// What came of it: `state`, and when it was laid out, `type`, `k`, `m` and `partitions`.
    public typealias Output = JSON

    /// `object.encode`.
    public static let name = "object.encode"
    /// `storage`.
    public static let queue = QueueName(literal: "storage")
    /// What changes one content waits for the others: `content:ID`.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["content:\($0.content)"] }
    /// Tried for a week: the bytes are safe on one disk meanwhile, and readable.
    public static let retry = RetryPolicy(maxAttempts: 500, base: 2, cap: 1800, deadline: 7 * 86_400)
    /// Six hours, for the largest files on the slowest disks.
    public static let attemptTimeout = Duration.seconds(6 * 3600)
}
