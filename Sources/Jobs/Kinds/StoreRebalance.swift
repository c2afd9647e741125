public import HawserCore
public import HawserQueue

/// Brings fragments to where they would be placed today, after targets were added or weights changed: `store.rebalance`.
public enum StoreRebalance: JobKind {
    /// How fast.
    public struct Arguments: Codable, Sendable, Equatable {
        /// At most so many bytes a second; nil: as fast as it goes.
        public var bytesPerSecond: Int64?

        private enum CodingKeys: String, CodingKey {
            case bytesPerSecond = "bytes_per_second"
        }

        /// A rate.
        public init(bytesPerSecond: Int64? = nil) {
            self.bytesPerSecond = bytesPerSecond
        }
    }

    /// What came of it: contents that were `checked` or `left` as they are, `moved` fragments, their `bytes`.
    public typealias Output = JSON

    /// `store.rebalance`.
    public static let name = "store.rebalance"
    /// `storage`.
    public static let queue = ObjectEncode.queue
    /// One at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { _ in ["rebalance"] }
    /// Tried for a month.
    public static let retry = RetryPolicy(maxAttempts: 1000, base: 5, cap: 3600, deadline: 30 * 86_400)
    /// A day; the next attempt goes on where this one was.
    public static let attemptTimeout = Duration.seconds(86_400)

    /// The rate is at least a fragment's cell a second.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        TargetScrub.problems(rate: arguments.bytesPerSecond)
    }
}
