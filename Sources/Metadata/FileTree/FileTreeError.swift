/// A change of the tree, or a look at it, that is refused; the numbers are those of seed 001's original.
public struct FileTreeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The number.
    public let code: Int
    /// Why, for the client.
    public let message: String

    /// A refusal.
    public init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The refusal as a sentence.
    public var description: String { "\(message) (\(code))" }

    static let noSlash = FileTreeError(200, "path must start with slash /")
    static let noFolder = FileTreeError(201, "path is not exists")
    static let notAFolder = FileTreeError(203, "path is not a folder")
    static let noTarget = FileTreeError(6, "path is not exists")
    static let notEmpty = FileTreeError(7, "folder is not empty")

    static func invalid(_ reason: String) -> FileTreeError { FileTreeError(1, reason) }
    static func slash(_ name: String) -> FileTreeError { FileTreeError(13, "folder \(name) contains /") }
    static func file(_ name: String) -> FileTreeError { FileTreeError(8, "exist same name file: \(name)") }
    static func folder(_ name: String) -> FileTreeError { FileTreeError(12, "exist same name folder: \(name)") }
}
