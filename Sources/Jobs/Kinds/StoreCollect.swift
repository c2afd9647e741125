public import HawserCore
public import HawserQueue

/// Removes what crashes left: contents without objects, files without contents; gives jobs to contents that need one:
/// `store.collect`.
public enum StoreCollect: JobKind {
    /// How old what is removed must be.
    public struct Arguments: Codable, Sendable, Equatable {
        /// Seconds since it was stored; whoever stored it must have named it or died by then.
        public var olderThan: Double

        private enum CodingKeys: String, CodingKey {
            case olderThan = "older_than_seconds"
        }

        /// What is older than so many seconds.
        public init(olderThan: Double = 3600) {
            self.olderThan = olderThan
        }
    }

    /// What came of it: how many `contents` and `files` were removed, how many `jobs` submitted, and the `silent` targets.
    public typealias Output = JSON

    /// `store.collect`.
    public static let name = "store.collect"
    /// `storage`.
    public static let queue = ObjectEncode.queue
    /// One at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { _ in ["collect"] }
    /// Tried for a day.
    public static let retry = RetryPolicy(maxAttempts: 20, base: 5, cap: 3600, deadline: 86_400)
    /// Six hours; the next attempt goes on where this one was.
    public static let attemptTimeout = Duration.seconds(6 * 3600)

    /// The age is not negative.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        arguments.olderThan >= 0 ? [] : [ArgumentProblem("older_than_seconds", "must not be negative")]
    }
}
