public import HawserQueue

/// Brings a file of the server into a tenant's tree of files: `file.import`.
///
/// The id of the object is chosen before the job is accepted, so that a job that is run twice makes one.
public enum FileImport: JobKind {
    /// What is brought.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The file's path, which is its path in the tree, too.
        public var filename: String
        /// Whether a name that is taken is refused, rather than the file given another.
        public var interactive: Bool
        /// Whether the file becomes a new version of one that has its name.
        public var newversion: Bool
        /// The id of the object.
        public var object: String

        /// Arguments.
        public init(filename: String, interactive: Bool, newversion: Bool, object: String) {
            self.filename = filename
            self.interactive = interactive
            self.newversion = newversion
            self.object = object
        }
    }

    /// What was moved.
    public typealias Output = TransferOutcome

    /// `file.import`.
    public static let name = "file.import"
    /// `storage`.
    public static let queue = TransferRules.queue
    /// Tried for three days.
    public static let retry = TransferRules.retry
    /// A day.
    public static let attemptTimeout = TransferRules.attemptTimeout
}
