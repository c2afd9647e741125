/// The body of a request, read as it arrives and no faster than it is consumed.
///
/// It may be read once, by one reader. At most about 256 KiB wait in memory; then the client has to wait.
public struct RequestBody: AsyncSequence, Sendable {
    /// A piece of the body.
    public typealias Element = [UInt8]

    enum Source: Sendable {
        case bytes(Exchange.Memory)
        case exchange(Exchange)
    }

    let source: Source
    /// The length the client announced; nil when it sends the body in chunks.
    public let contentLength: Int64?

    /// A body in memory.
    public init(bytes: [UInt8] = []) {
        self.init(chunks: [bytes])
    }

    /// A body in memory that is read in the given pieces.
    public init(chunks: [[UInt8]]) {
        source = .bytes(Exchange.Memory(chunks))
        contentLength = Int64(chunks.reduce(0) { $0 + $1.count })
    }

    init(exchange: Exchange, contentLength: Int64?) {
        source = .exchange(exchange)
        self.contentLength = contentLength
    }

    /// Reads the pieces of a body.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: Source

        /// The next piece, never empty; nil at the end.
        ///
        /// - Throws: `HTTPError.disconnected` when the client goes away before the end; `CancellationError`.
        public mutating func next() async throws -> [UInt8]? {
            switch source {
            case .bytes(let memory): memory.take()
            case .exchange(let exchange): try await exchange.nextChunk()
            }
        }
    }

    /// Starts to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }

    /// Reads the whole body into memory.
    ///
    /// - Throws: `HTTPError.bodyTooLarge` as soon as it is known to be longer than `limit`;
    ///   `HTTPError.disconnected` when the client goes away before the end.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        if let contentLength, contentLength > Int64(limit) { throw HTTPError.bodyTooLarge(limit: limit) }
        var all: [UInt8] = []
        for try await chunk in self {
            if all.count + chunk.count > limit { throw HTTPError.bodyTooLarge(limit: limit) }
            if all.isEmpty {
                all = chunk
                if let contentLength, contentLength > Int64(chunk.count) { all.reserveCapacity(Int(contentLength)) }
            } else {
                all += chunk
            }
        }
        return all
    }
}
