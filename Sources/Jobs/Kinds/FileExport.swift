public import HawserQueue

/// Writes a file of a tenant to a path of the server: `file.export`.
public enum FileExport: JobKind {
    /// What is written where.
    public struct Arguments: Codable, Sendable, Equatable {
        /// Where it is written.
        public var filename: String
        /// The SHA-1 of its bytes in hexadecimal.
        public var filehash: String
        /// How many bytes.
        public var filesize: Int64

        /// Arguments.
        public init(filename: String, filehash: String, filesize: Int64) {
            self.filename = filename
            self.filehash = filehash
            self.filesize = filesize
        }
    }

    /// What was moved.
    public typealias Output = TransferOutcome

    /// `file.export`.
    public static let name = "file.export"
    /// `storage`.
    public static let queue = TransferRules.queue
    /// Tried for three days.
    public static let retry = TransferRules.retry
    /// A day.
    public static let attemptTimeout = TransferRules.attemptTimeout
}
