public import HawserQueue

/// Brings a directory of the server, with all below it, into a tenant's tree of files: `directory.import`.
public enum DirectoryImport: JobKind {
    /// What is brought.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The directory's path, which is its path in the tree, too.
        public var parent: String
        /// Whether names that are taken are refused, rather than the files given others.
        public var interactive: Bool
        /// Whether files become new versions of those that have their names.
        public var newversion: Bool

        /// Arguments.
        public init(parent: String, interactive: Bool, newversion: Bool) {
            self.parent = parent
            self.interactive = interactive
            self.newversion = newversion
        }
    }

    /// What was moved.
    public typealias Output = TransferOutcome

    /// `directory.import`.
    public static let name = "directory.import"
    /// `storage`.
    public static let queue = TransferRules.queue
    /// Tried for three days.
    public static let retry = TransferRules.retry
    /// A day.
    public static let attemptTimeout = TransferRules.attemptTimeout
}
