public import HawserQueue

/// Writes a folder of a tenant, with all below it, to a directory of the server: `directory.export`.
public enum DirectoryExport: JobKind {
    /// What is written.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The folder's path, which is the directory's path, too.
        public var parent: String

        /// Arguments.
        public init(parent: String) {
            self.parent = parent
        }
    }

    /// What was moved.
    public typealias Output = TransferOutcome

    /// `directory.export`.
    public static let name = "directory.export"
    /// `storage`.
    public static let queue = TransferRules.queue
    /// Tried for three days.
    public static let retry = TransferRules.retry
    /// A day.
    public static let attemptTimeout = TransferRules.attemptTimeout
}
