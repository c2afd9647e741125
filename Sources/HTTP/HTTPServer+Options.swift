extension HTTPServer {
    /// Where a server listens and how long it bears with its clients.
    public struct Options: Sendable {
        /// The address to listen on: `127.0.0.1`, `0.0.0.0`, `::`.
        public var address: String
        /// The port; 0 takes a free one.
        public var port: UInt16
        /// Threads that serve sockets; handlers run elsewhere.
        public var threads: Int
        /// Connections at the same time; more have to wait in the listen queue.
        public var maxConnections: Int
        /// Bytes of request line and headers; more is answered 431, or 414 when the URL is most of it.
        ///
        /// Each connection holds that much memory and 4 KiB, also while it is idle.
        public var headerLimit: Int
        /// How long a connection may wait for its next request.
        public var idleTimeout: Duration
        /// How long a request's headers may take from their first byte.
        public var headerTimeout: Duration
        /// Bytes per second a body has to bring at least, over `bodyWindow` of waiting for it.
        public var bodyRate: Int
        /// Over how much waiting the rate of a body is measured.
        public var bodyWindow: Duration
        /// How long a client may take nothing of a response.
        public var responseStall: Duration
        /// Called when a request is over, for metrics; on a thread that serves sockets, so it must be quick.
        public var onFinish: (@Sendable (Finished) -> Void)?

        /// Options with their usual values.
        public init(
            address: String = "127.0.0.1",
            port: UInt16 = 0,
            threads: Int = 2,
            maxConnections: Int = 20_000,
            headerLimit: Int = 32 << 10,
            idleTimeout: Duration = .seconds(75),
            headerTimeout: Duration = .seconds(10),
            bodyRate: Int = 1024,
            bodyWindow: Duration = .seconds(20),
            responseStall: Duration = .seconds(60),
            onFinish: (@Sendable (Finished) -> Void)? = nil
        ) {
            self.address = address
            self.port = port
            self.threads = threads
            self.maxConnections = maxConnections
            self.headerLimit = headerLimit
            self.idleTimeout = idleTimeout
            self.headerTimeout = headerTimeout
            self.bodyRate = bodyRate
            self.bodyWindow = bodyWindow
            self.responseStall = responseStall
            self.onFinish = onFinish
        }
    }

    /// A request that is over.
    public struct Finished: Sendable {
        /// The request's id.
        public let id: String
        /// The method, `-` when the request could not be read so far.
        public let method: String
        /// The decoded path, `-` when the request could not be read so far.
        public let path: String
        /// The client's address.
        public let remoteAddress: String
        /// The status; 499 when the client did not wait for it.
        public let status: Int
        /// Seconds from the request line to the last byte of the response.
        public let seconds: Double
        /// Bytes of the response's body.
        public let bytes: Int64
    }
}
