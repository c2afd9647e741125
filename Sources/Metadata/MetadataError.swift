public import HawserCore

/// A call to MongoDB that was answered with a refusal, or whose answer makes no sense.
public struct MetadataError: Error, Sendable, CustomStringConvertible {
    /// What kind of refusal.
    public enum Kind: Sendable, Hashable {
        /// A unique index already holds the value; the name of the index, when MongoDB said it.
        case duplicate(index: String?)
        /// A stored document has not the form this program writes.
        case malformed
        /// Anything else; MongoDB's error number (0 when the driver refused).
        case failed(code: Int)
    }

    /// What was asked, in MongoDB's words: `insert`, `find`, `findAndModify`.
    public let operation: String
    /// The collection it was asked of; empty when it was the server.
    public let collection: String
    /// What kind of refusal.
    public let kind: Kind
    /// MongoDB's or the driver's words, without the values of a duplicate key.
    public let cause: String

    /// Whether a unique index already holds the value.
    public var isDuplicate: Bool {
        if case .duplicate = kind { true } else { false }
    }

    /// Whether another write to the same document was in the way (MongoDB's WriteConflict).
    public var isConflict: Bool { kind == .failed(code: 112) }

    /// The error as a sentence.
    public var description: String {
        "mongodb \(operation)\(collection.isEmpty ? "" : " on \(collection)"): \(cause)"
    }
}

/// MongoDB does not answer now; whether a write was done is not known.
public struct MetadataUnavailable: UnavailableError, Sendable, CustomStringConvertible {
    /// What was asked, in MongoDB's words.
    public let operation: String
    /// The collection it was asked of; empty when it was the server.
    public let collection: String
    /// Why there is no answer.
    public let cause: String

    /// Always `mongodb`.
    public var service: String { "mongodb" }

    /// The error as a sentence.
    public var description: String {
        "mongodb does not answer: \(operation)\(collection.isEmpty ? "" : " on \(collection)"): \(cause)"
    }
}

/// A connection URL for MongoDB that cannot be used.
public struct MongoURLError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, without the user's name, the password or the host.
    public let description: String
}
