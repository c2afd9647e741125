import Foundation

/// An operation on stored bytes that could not be done.
public enum StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no room for more bytes (HTTP 507).
    case full(operation: String)
    /// The system refused: its error number.
    case system(operation: String, path: String, code: Int32)
    /// There is metadata of these bytes but no such bytes.
    case missing(target: String, path: String)
    /// The bytes are not those that were stored.
    case damaged(object: String, reason: String)
    /// The layout names a target this process does not have.
    case unknownTarget(String)
    /// A file name that is not accepted, and why.
    case badName(reason: String)
    /// The id is taken by another object.
    case idTaken(String)
    /// The staged file was discarded or handed over before.
    case notStaged
    /// A target did not answer in time, or is still at work on so many earlier calls that it is not asked.
    case unresponsive(target: String, operation: String)
    /// A target that is not of this machine did not do what it was asked for; the reason has its own words.
    case refused(target: String, operation: String, reason: String)
    /// A file of a target was given up or finished before.
    case notWriting(target: String, path: String)
    /// There are fewer targets fit to be written to than there are fragments or copies to keep.
    case tooFewTargets(needed: Int, available: Int, reason: String)
    /// Fewer fragments of a partition can be read than it takes; the reason tells what is wrong with the others.
    case unreadable(content: String, partition: Int, reason: String)
    /// A code or layout that does not exist, and why.
    case badLayout(reason: String)
    /// A target that cannot be used, and why.
    case badTarget(target: String, reason: String)
    /// Somebody else changed where the content is, or removed it, meanwhile: what was decided does not hold any more.
    case superseded(content: String)
    /// Nothing can be encrypted or decrypted: there is no master key.
    case noMasterKey
    /// The key of an encrypted content cannot be opened: the master key is another one, or the record was changed.
    case wrongKey(content: String, reason: String)

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .full(let operation): "\(operation): no space left"
        case .system(let operation, let path, let code):
            "\(operation) \(path): \(String(cString: strerror(code)))"
        case .missing(let target, let path): "target \(target) has no \(path)"
        case .damaged(let object, let reason): "object \(object): \(reason)"
        case .unknownTarget(let id): "there is no target \(id)"
        case .badName(let reason): "the file name \(reason)"
        case .idTaken(let id): "there is another object \(id)"
        case .notStaged: "the staged file is gone"
        case .unresponsive(let target, let operation): "target \(target) does not answer: \(operation)"
        case .refused(let target, let operation, let reason): "target \(target): \(operation): \(reason)"
        case .notWriting(let target, let path): "target \(target): \(path) is not being written"
        case .tooFewTargets(let needed, let available, let reason):
            "\(needed) targets are needed and \(available) can be written to\(reason.isEmpty ? "" : ": ")\(reason)"
        case .unreadable(let content, let partition, let reason):
            "content \(content), partition \(partition): too few fragments can be read: \(reason)"
        case .badLayout(let reason): reason
        case .badTarget(let target, let reason): "target \(target): \(reason)"
        case .superseded(let content): "content \(content) was changed or removed meanwhile"
        case .noMasterKey: "there is no master key to encrypt or decrypt with (HAWSER_MASTER_KEY)"
        case .wrongKey(let content, let reason):
            "content \(content) was encrypted under another master key, or its record was changed: \(reason)"
        }
    }

    /// The error for what a system call just left in `errno`.
    static func last(_ operation: String, _ path: String) -> StorageError {
        let code = errno
        switch code {
        case ENOSPC, EDQUOT, EFBIG: return .full(operation: operation)
        default: return .system(operation: operation, path: path, code: code)
        }
    }
}
