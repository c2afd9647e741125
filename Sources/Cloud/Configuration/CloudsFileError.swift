/// What is wrong with a `clouds.yaml` or a file beside it; never holds a value of the file.
public struct CloudsFileError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line, counted from 1, where it is known.
    public let line: Int?
    /// The field, by the keys that lead to it: `clouds.admin.auth.password`; empty when it is about the whole file.
    public let field: String
    /// What is wrong, in words.
    public let reason: String

    /// The error in one line.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return field.isEmpty ? "\(place): \(reason)" : "\(place): \(field): \(reason)"
    }
}
