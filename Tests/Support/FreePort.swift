import Foundation

/// Finds ports of the loopback interface for servers that have to be told one.
public enum FreePort {
    /// A port that is free now, though perhaps not a moment later; for one that nobody listens on see `ClosedPort`.
    ///
    /// - Throws: `ServerError` when the system gives none.
    public static func find() throws -> UInt16 {
        let (descriptor, port) = try Loopback.take()
        close(descriptor)
        return port
    }
}
