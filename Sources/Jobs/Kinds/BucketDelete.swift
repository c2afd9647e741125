public import HawserQueue

/// Deletes a bucket of the job's tenant with all its files: `bucket.delete`.
public enum BucketDelete: JobKind {
    /// What is to be deleted.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The bucket's number.
        public var bucket: Int64

        private enum CodingKeys: String, CodingKey {
            case bucket = "bucket_id"
        }

        /// A bucket.
        public init(bucket: Int64) {
            self.bucket = bucket
        }
    }

    /// How many files the last run removed.
    public struct Output: Codable, Sendable, Equatable {
        /// The number.
        public var files: Int

        /// A number.
        public init(files: Int) {
            self.files = files
        }
    }

    /// `bucket.delete`.
    public static let name = "bucket.delete"
    /// `storage`.
    public static let queue = QueueName(literal: "storage")
    /// Tried for a day.
    public static let retry = RetryPolicy(maxAttempts: 64, base: 1, cap: 1800, deadline: 86_400)
    /// Six hours, for the fullest buckets on the slowest disks.
    public static let attemptTimeout = Duration.seconds(6 * 3600)
    /// One at a time for a bucket.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["bucket:\($0.bucket)"] }
}
