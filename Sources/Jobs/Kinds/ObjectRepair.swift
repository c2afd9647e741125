public import HawserCore
public import HawserQueue

/// Looks at every fragment of a content and rebuilds those that are lost or damaged: `object.repair`.
public enum ObjectRepair: JobKind {
    /// Which content.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The content's id.
        public var content: String

        /// A content.
        public init(content: String) {
            self.content = content
        }
    }

    /// What came of it: `state`, `checked` and `repaired` fragments.
    public typealias Output = JSON

    /// `object.repair`.
    public static let name = "object.repair"
    /// `storage`.
    public static let queue = ObjectEncode.queue
    /// What changes one content waits for the others: `content:ID`.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["content:\($0.content)"] }
    /// Tried for a week: a target may come back.
    public static let retry = RetryPolicy(maxAttempts: 500, base: 5, cap: 3600, deadline: 7 * 86_400)
    /// Six hours, for the largest files on the slowest disks.
    public static let attemptTimeout = Duration.seconds(6 * 3600)
}
