import CMicrohttpd
import HawserCore

// What libmicrohttpd refuses by itself, it answers with a small page of its own and tells nobody: a request line or
// header longer than its memory for a connection, a malformed chunk. Its error path ends in a call to its public
// function `MHD_queue_response`, which goes through the dynamic linker; so a function of that name in the program comes
// first, and puts a problem in the page's place. Where the library were linked in another way, its pages would be sent.

/// Takes the place of libmicrohttpd's function for the calls that the library itself makes.
///
/// Public for the dynamic linker only. This module queues its own responses by `hawser_mhd_queue`.
@c(MHD_queue_response)
public func answerRefused(
    _ connection: UnsafeMutableRawPointer?,
    _ status: UInt32,
    _ page: UnsafeMutableRawPointer?
) -> Int32 {
    guard let connection else { return Int32(bitPattern: MHD_Result.NO.rawValue) }
    let raw = OpaquePointer(connection)
    let own = hawser_mhd_context(raw).flatMap {
        let known = Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue()
        return known.engine.answerRefused(known, status: Int(status))
    }
    let result = hawser_mhd_queue(raw, status, own ?? page.map { OpaquePointer($0) })
    if let own { MHD_destroy_response(own) }
    return Int32(bitPattern: result.rawValue)
}

extension Engine {
    /// What is wrong with a request that is refused before any handler sees it.
    func refusal(status: Int) -> Problem {
        switch status {
        case 414, 431:
            Problem(
                status: status,
                detail: "The request line and the header may be at most \(options.headerLimit) bytes long."
            )
        case 400: Problem(status: status, detail: "The request is not valid HTTP/1.1.")
        default: Problem(status: status)
        }
    }

    /// The response to a request that libmicrohttpd refuses; nil when the client has its answer already.
    func answerRefused(_ connection: Connection, status: Int) -> OpaquePointer? {
        let exchange = connection.state.withLock { $0.exchange }
        var (method, path, id) = exchange?.summary.withLock { $0 } ?? ("-", "-", "-")
        if id == "-" {
            // The header has not come to its end, and an id of the client's in it is not read.
            id = UUIDv7.make()
            path = exchange.flatMap { RequestTarget($0.target)?.path } ?? "-"
        }
        let problem = refusal(status: status).taggedResponse(requestID: id)
        guard case .bytes(let body) = problem.body, let response = Exchange.copy(body),
            Exchange.add(problem.headers, to: response)
        else { return nil }
        guard let exchange else {
            // Without a request line there is no exchange, and libmicrohttpd tells nobody of the end of this request.
            report(
                HTTPServer.Finished(
                    id: id,
                    method: method,
                    path: path,
                    remoteAddress: connection.remoteAddress,
                    status: status,
                    seconds: 0,
                    bytes: Int64(body.count)
                )
            )
            return response
        }
        guard exchange.markRefused(status: status, length: Int64(body.count)) else {
            MHD_destroy_response(response)
            return nil
        }
        exchange.summary.withLock { [method, path, id] in $0 = (method, path, id) }
        return response
    }
}
