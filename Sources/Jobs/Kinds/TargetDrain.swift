public import HawserCore
public import HawserQueue

/// Moves everything off a target, which takes nothing new from then on: `target.drain`.
public enum TargetDrain: JobKind {
    /// Which target.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The target's id.
        public var target: String

        /// A target.
        public init(target: String) {
            self.target = target
        }
    }

    /// What came of it: `target`, `moved` contents.
    public typealias Output = JSON

    /// `target.drain`.
    public static let name = "target.drain"
    /// `storage`.
    public static let queue = ObjectEncode.queue
    /// One at a time for a target.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["target:\($0.target)"] }
    /// Tried for a month.
    public static let retry = RetryPolicy(maxAttempts: 1000, base: 5, cap: 3600, deadline: 30 * 86_400)
    /// A day; the next attempt goes on where this one was.
    public static let attemptTimeout = Duration.seconds(86_400)
}
