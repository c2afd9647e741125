import Foundation

/// A program that could not be started.
public struct ChildProcessError: Error, CustomStringConvertible {
    /// The program.
    public let program: String
    /// The step that failed.
    public let operation: String
    /// The system's number for the reason.
    public let code: Int32

    /// The error in words.
    public var description: String {
        "cannot start \(program): \(operation): \(String(cString: strerror(code)))"
    }
}
