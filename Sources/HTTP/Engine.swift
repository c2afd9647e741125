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
        let connection = table.add(descriptor: descriptor, remoteAddress: address, engine: self)
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
        let target = RequestTarget(exchange.target)
        exchange.summary.withLock { $0 = (method, target?.path ?? "-", id) }
        do {
            let size = hawser_mhd_header_size(raw)
            guard size <= options.headerLimit else {
                // The larger part of it is what has to become shorter.
                throw refusal(status: exchange.target.utf8.count > size / 2 ? 414 : 431)
            }
            let framing = try Framing(headers, method: method, version: version)
            guard let target else {
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
            return exchange.refuse(raw, with: problem.taggedResponse(requestID: id))
        }
    }

    /// A request is over.
    func finish(_ exchange: Exchange, well: Bool) {
        let (status, bytes) = exchange.complete(well: well)
        exchange.connection?.end()
        let (method, path, id) = exchange.summary.withLock { $0 }
        let elapsed = (ContinuousClock.now - exchange.started).components
        report(
            HTTPServer.Finished(
                id: id,
                method: method,
                path: path,
                remoteAddress: exchange.connection?.remoteAddress ?? "unknown",
                status: status,
                seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18,
                bytes: bytes
            )
        )
    }

    /// Logs and counts a request that is over.
    func report(_ request: HTTPServer.Finished) {
        if Log.level <= .info {
            access.info(
                "request",
                [
                    "method": request.method, "path": request.path, "status": request.status, "bytes": request.bytes,
                    "ms": (request.seconds * 1e5).rounded() / 100, "request_id": request.id,
                    "remote": request.remoteAddress,
                ]
            )
        }
        options.onFinish?(request)
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
