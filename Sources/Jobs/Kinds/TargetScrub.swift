public import HawserCore
public import HawserQueue

/// Reads every fragment of the store, or of one target, and has those that are lost or damaged repaired:
/// `target.scrub`.
public enum TargetScrub: JobKind {
    /// Which target.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The target's id.
        public var target: String
        /// At most so many bytes a second; nil: as fast as it goes.
        public var bytesPerSecond: Int64?

        private enum CodingKeys: String, CodingKey {
            case target
            case bytesPerSecond = "bytes_per_second"
        }

        /// A target.
        public init(target: String, bytesPerSecond: Int64? = nil) {
            self.target = target
            self.bytesPerSecond = bytesPerSecond
        }
    }

    /// What came of it: `target`, `checked` and `damaged` fragments, `bytes`.
    public typealias Output = JSON

    /// `target.scrub`.
    public static let name = "target.scrub"
    /// `storage`.
    public static let queue = ObjectEncode.queue
    /// One at a time for a target.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["scrub:\($0.target)"] }
    /// Tried for a week.
    public static let retry = RetryPolicy(maxAttempts: 100, base: 5, cap: 3600, deadline: 7 * 86_400)
    /// A day; the next attempt goes on where this one was.
    public static let attemptTimeout = Duration.seconds(86_400)

    /// The rate is at least a fragment's cell a second.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        problems(rate: arguments.bytesPerSecond)
    }

    static func problems(rate: Int64?) -> [ArgumentProblem] {
        guard let rate, rate < 1 << 16 else { return [] }
        return [ArgumentProblem("bytes_per_second", "must be at least 65536")]
    }
}
