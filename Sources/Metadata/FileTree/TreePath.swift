/// A path in a tenant's tree of files: names from the top down; none for the top itself.
public struct TreePath: Sendable, Hashable, CustomStringConvertible {
    /// The longest name, in characters (the original's column).
    public static let longestName = 300
    /// The longest path, in bytes.
    static let longestPath = 4096
    /// The deepest path.
    static let deepest = 128

    /// The names.
    public let names: [String]

    /// The top.
    public static let root = TreePath(names: [])

    private init(names: [String]) {
        self.names = names
    }

    /// Reads a path; double and trailing slashes do not matter.
    ///
    /// - Throws: `FileTreeError`.
    public init(_ text: String) throws {
        guard text.hasPrefix("/") else { throw FileTreeError.noSlash }
        guard text.utf8.count <= Self.longestPath else { throw FileTreeError.invalid("the path is too long") }
        names = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard names.count <= Self.deepest else { throw FileTreeError.invalid("the path has too many parts") }
        for name in names { try Self.check(name) }
    }

    /// Looks whether a text can be the name of a file or folder.
    ///
    /// - Throws: `FileTreeError`.
    public static func check(_ name: String) throws {
        if name.isEmpty { throw FileTreeError.invalid("a name is empty") }
        if name == "." || name == ".." { throw FileTreeError.invalid("\(name) is not a name") }
        if name.utf8.contains(UInt8(ascii: "/")) { throw FileTreeError.slash(name) }
        if name.unicodeScalars.count > longestName {
            throw FileTreeError.invalid("a name is longer than \(longestName) characters")
        }
        if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            throw FileTreeError.invalid("a name has control characters")
        }
    }

    /// The path as text.
    public var description: String { "/" + names.joined(separator: "/") }

    /// The path above; nil for the top.
    public var parent: TreePath? { names.isEmpty ? nil : TreePath(names: names.dropLast()) }

    /// The last name; nil for the top.
    public var last: String? { names.last }

    /// The path without its first names.
    public func dropping(_ count: Int) -> TreePath { TreePath(names: Array(names.dropFirst(count))) }

    /// A path below, by names that are checked.
    public func appending(_ name: String) -> TreePath { TreePath(names: names + [name]) }
}
