/// What another server answered.
public struct ClientResponse: Sendable {
    /// The status.
    public let status: Int
    /// The header fields.
    public let headers: Headers
    /// The body.
    public let body: [UInt8]
}

/// What another server answers, its body still to be read.
public struct ClientResponseStream: Sendable {
    /// The status.
    public let status: Int
    /// The header fields.
    public let headers: Headers
    /// The body; the transfer ends when all of this value's copies are gone.
    public let body: Body

    /// The body of a response, read as it arrives and no faster than it is consumed; one reader reads it once.
    public struct Body: AsyncSequence, AsyncIteratorProtocol, Sendable {
        /// A piece of the body.
        public typealias Element = [UInt8]

        let lease: TransferLease

        /// Starts to read where the last reader stopped.
        public func makeAsyncIterator() -> Body { self }

        /// The next piece, never empty; nil at the end.
        ///
        /// - Throws: `HTTPClientError`; `CancellationError`.
        public func next() async throws -> [UInt8]? {
            try await lease.transfer.nextChunk()
        }
    }
}
