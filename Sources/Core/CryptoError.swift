/// A cryptographic operation that could not be done; says which and why, never with what.
public enum CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A key of the wrong length was given to the operation.
    case keyLength(operation: String, bytes: Int, expected: Int)
    /// The sealed bytes are not of a form this program writes (too short, or of an unknown version).
    case notSealed
    /// The sealed bytes were changed, belong to another context, or were sealed with another key.
    case notAuthentic
    /// OpenSSL refused the operation.
    case failed(operation: String)

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .keyLength(let operation, let bytes, let expected):
            "\(operation): the key has \(bytes) bytes, not \(expected)"
        case .notSealed: "open: these are not sealed bytes of a known version"
        case .notAuthentic: "open: wrong key, wrong context, or changed bytes"
        case .failed(let operation): "\(operation): OpenSSL refused"
        }
    }
}
