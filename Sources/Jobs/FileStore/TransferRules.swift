public import HawserQueue

/// What the kinds that move files of the file store have in common.
public enum TransferRules {
    /// The queue.
    public static let queue = QueueName(literal: "storage")
    /// Tried for three days: a disk that is full, or a server that is away, is mended by people.
    public static let retry = RetryPolicy(maxAttempts: 200, base: 1, cap: 1800, deadline: 3 * 86_400)
    /// A day, for the largest directories on the slowest disks.
    public static let attemptTimeout = Duration.seconds(86_400)
}

/// What came of moving files.
public struct TransferOutcome: Codable, Sendable, Equatable {
    /// How many files were moved, or were there already.
    public var files: Int64
    /// How many bytes they have.
    public var bytes: Int64

    /// An outcome.
    public init(files: Int64, bytes: Int64) {
        self.files = files
        self.bytes = bytes
    }
}
