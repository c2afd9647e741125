public import HawserQueue

/// Frees what a removed folder held: `folder.remove`.
///
/// The folder is out of sight before the job is accepted.
public enum FolderRemove: JobKind {
    /// What was removed.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The folder's id.
        public var folder: String

        /// Arguments.
        public init(folder: String) {
            self.folder = folder
        }
    }

    /// Nothing.
    public typealias Output = NoOutput

    /// `folder.remove`.
    public static let name = "folder.remove"
    /// `storage`.
    public static let queue = TransferRules.queue
    /// Tried for three days; what is left then is found by a sweep.
    public static let retry = TransferRules.retry
    /// A day.
    public static let attemptTimeout = TransferRules.attemptTimeout
}
