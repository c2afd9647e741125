import CCurl
import Foundation
import HawserCore
import Synchronization

/// An HTTP/1.1 client with kept connections; one thread of libcurl serves all its transfers.
///
/// It follows no redirects, uses no proxy, and speaks http and https only.
public final class HTTPClient: Sendable {
    /// Settings of a client.
    public struct Options: Sendable {
        /// The `User-Agent` of requests that have none.
        public var userAgent: String
        /// Connections at the same time; more requests wait.
        public var maxConnections: Int
        /// Connections to one host at the same time.
        public var maxConnectionsPerHost: Int
        /// A file of PEM certificates to trust instead of the system's.
        public var caFile: String?

        /// Options with their usual values.
        public init(
            userAgent: String = "Hawser/1",
            maxConnections: Int = 512,
            maxConnectionsPerHost: Int = 64,
            caFile: String? = nil
        ) {
            self.userAgent = userAgent
            self.maxConnections = maxConnections
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.caFile = caFile
        }
    }

    private let loop: ClientLoop
    private let options: Options

    /// A client, its thread started.
    public init(options: Options = Options()) {
        self.options = options
        loop = ClientLoop(options: options)
        loop.start()
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// Cancelling the task ends the transfer.
    ///
    /// - Throws: `HTTPClientError`; `CancellationError`.
    public func send(_ request: ClientRequest) async throws -> ClientResponse {
        let response = try await stream(request, limit: request.maxResponseBytes)
        var body: [UInt8] = []
        while let chunk = try await response.body.next() {
            if body.isEmpty { body = chunk } else { body += chunk }
        }
        return ClientResponse(status: response.status, headers: response.headers, body: body)
    }

    /// Sends a request and returns when the answer's status and headers are there; its body may be of any length.
    ///
    /// Cancelling the task ends the transfer, as does letting go of the response.
    ///
    /// - Throws: `HTTPClientError`; `CancellationError`.
    public func stream(_ request: ClientRequest) async throws -> ClientResponseStream {
        try await stream(request, limit: nil)
    }

    private func stream(_ request: ClientRequest, limit: Int?) async throws -> ClientResponseStream {
        let transfer = try Transfer(request, limit: limit, options: options, loop: loop)
        let lease = TransferLease(transfer)
        loop.add(transfer)
        transfer.startSending()
        let head = try await transfer.head()
        return ClientResponseStream(status: head.status, headers: head.headers, body: .init(lease: lease))
    }
}
