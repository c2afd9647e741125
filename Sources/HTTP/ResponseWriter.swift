/// Where a response stream writes its bytes.
public struct ResponseWriter: Sendable {
    let exchange: Exchange

    /// Sends bytes; waits while the client is behind by more than about 256 KiB.
    ///
    /// - Throws: `HTTPError.disconnected` when the client is gone; `HTTPError.wrongLength` when that is more than was
    ///   announced; `CancellationError`.
    public func write(_ bytes: [UInt8]) async throws {
        try await exchange.write(bytes)
    }

    /// Sends text as UTF-8; see `write(_:)`.
    public func write(_ text: String) async throws {
        try await exchange.write(Array(text.utf8))
    }
}
