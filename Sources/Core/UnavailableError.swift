/// An error that says: a service this process depends on does not answer now, try again later.
///
/// Rooms below make their own error types conform; the REST front answers them with 503 and `Retry-After`.
public protocol UnavailableError: Error {
    /// The service, for operators and clients: `redis`, `mongodb`.
    var service: String { get }
}
