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
