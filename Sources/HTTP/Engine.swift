import CMicrohttpd
import Foundation
import HawserCore
import Synchronization

/// What libmicrohttpd's callbacks work with.
final class Engine: Sendable {
    let options: HTTPServer.Options
    let log: Log
    let access = Log("access")
    let handler: Handler
    let table = ConnectionTable()
    let sweeper: Sweeper

    init(options: HTTPServer.Options, log: Log, handler: @escaping Handler) throws {
        self.options = options
        self.log = log
        self.handler = handler
        sweeper = try Sweeper(options: options, table: table, log: log)
    }

    /// A connection was accepted.
    func open(_ raw: OpaquePointer) -> Connection {
        let descriptor = hawser_mhd_socket(raw)
        let address = hawser_mhd_peer(raw).map { ListeningSocket.text($0) } ?? "unknown"
        let connection = table.add(descriptor: descriptor, remoteAddress: address)
        sweeper.watch(connection)
        return connection
    }

    /// A connection's socket is about to be closed.
    func close(_ connection: Connection) {
        connection.close()
        table.remove(connection)
    }

    /// A request line was read.
    func start(_ raw: OpaquePointer, target: String) -> Exchange {
        let connection = hawser_mhd_context(raw).map {
            Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue()
        }
        let exchange = Exchange(target: target, connection: connection)
        if let connection, !connection.begin(exchange) { exchange.abort() }
        return exchange
    }

    /// The headers of a request were read.
    func begin(_ exchange: Exchange, _ raw: OpaquePointer, method: String, version: String) -> MHD_Result {
        let headers = Headers(of: raw)
        let id = Request.id(from: headers)
        exchange.summary.withLock { $0 = (method, "-", id) }
        do {
            guard hawser_mhd_header_size(raw) <= options.headerLimit else { throw Problem(status: 431) }
            let framing = try Framing(headers, method: method, version: version)
            guard let target = RequestTarget(exchange.target) else {
                throw Problem(status: 400, detail: "The path is not valid: it must be percent-encoded UTF-8.")
            }
            let body: RequestBody =
                framing.hasBody
                ? RequestBody(exchange: exchange, contentLength: framing.contentLength) : RequestBody()
            let request = Request(
                id: id,
                method: method,
                target: exchange.target,
                parsed: target,
                headers: headers,
                remoteAddress: exchange.connection?.remoteAddress ?? "unknown",
                body: body
            )
            return exchange.begin(raw, request: request, framing: framing, handler: handler)
        } catch {
            let problem = error as? Problem ?? Problem(status: 400)
            var response = problem.response(requestID: id)
            response.headers.add("X-Request-Id", id)
            return exchange.refuse(raw, with: response)
        }
    }

    /// A request is over.
    func finish(_ exchange: Exchange, well: Bool) {
        let (status, bytes) = exchange.complete(well: well)
        exchange.connection?.end()
        guard Log.level <= .info || options.onFinish != nil else { return }
        let (method, path, id) = exchange.summary.withLock { $0 }
        let elapsed = (ContinuousClock.now - exchange.started).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        let remote = exchange.connection?.remoteAddress ?? "unknown"
        let milliseconds = (seconds * 1e5).rounded() / 100
        access.info(
            "request",
            [
                "method": method, "path": path, "status": status, "bytes": bytes, "ms": milliseconds,
                "request_id": id, "remote": remote,
            ]
        )
        options.onFinish?(
            HTTPServer.Finished(
                id: id,
                method: method,
                path: path,
                remoteAddress: remote,
                status: status,
                seconds: seconds,
                bytes: bytes
            )
        )
    }
}

extension Headers {
    /// The header fields of libmicrohttpd's current request.
    init(of raw: OpaquePointer) {
        self.init()
        reserve(8)
        withUnsafeMutablePointer(to: &self) { headers in
            _ = MHD_get_connection_values(
                raw,
                .HEADER_KIND,
                { context, _, name, value in
                    guard let context, let name else { return .YES }
                    context.assumingMemoryBound(to: Headers.self).pointee.add(
                        String(cString: name),
                        value.map { String(cString: $0) } ?? ""
                    )
                    return .YES
                },
                headers
            )
        }
    }
}
