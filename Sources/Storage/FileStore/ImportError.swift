import Foundation

/// A path of the server that may not be used, or cannot.
public struct ImportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why, for the client; it names the path as the client did.
    public let description: String
    /// Whether it may be different the next time.
    public let isRetryable: Bool
    /// Whether there is nothing at the path.
    public let isMissing: Bool

    init(_ description: String, isRetryable: Bool = false, isMissing: Bool = false) {
        self.description = description
        self.isRetryable = isRetryable
        self.isMissing = isMissing
    }

    /// The error for what a system call just left in `errno`.
    static func last(_ path: String) -> ImportError {
        let code = errno
        let reason =
            switch code {
            case ENOENT: "there is no such file or directory"
            case ELOOP, EMLINK: "a symbolic link is not followed"
            case ENOTDIR: "a part of it is no directory"
            case EISDIR: "it is a directory"
            case ENAMETOOLONG: "a name is too long"
            case EACCES, EPERM: "it may not be used"
            case ENXIO, ENODEV: "it is no file"
            default: String(cString: strerror(code))
            }
        let isRetryable = [EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT, ESTALE, EAGAIN].contains(code)
        return ImportError(
            "\(path.debugDescription): \(reason)",
            isRetryable: isRetryable,
            isMissing: code == ENOENT
        )
    }
}
