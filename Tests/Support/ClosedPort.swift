/// A port of the loopback interface that refuses connections as long as this process runs.
///
/// It is taken, but nobody listens on it; a port that was free a moment ago may be another test's server now.
public enum ClosedPort {
    private static let taken = Result { try Loopback.take() }

    /// Its number.
    ///
    /// - Throws: `ServerError` when the system gave none.
    public static func number() throws -> UInt16 {
        try taken.get().port
    }
}
