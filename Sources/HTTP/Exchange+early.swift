import Foundation
import HawserCore

// An answer while much of the request's body is still to come. libmicrohttpd takes a response only after the whole body,
// and it writes nothing while the body arrives, so the answer is written to the socket around it. What the client goes
// on to send is read and dropped for a while, for closing at once would reset the connection and the client could lose
// the answer (RFC 9112, 9.6).
extension Exchange {
    /// The most that is read and dropped after such an answer.
    static let lingerLimit: Int64 = 64 << 20
    /// The longest such an answer waits for the client to close.
    static let lingerTime = Duration.seconds(10)
    /// The largest answer sent so: what fits the empty buffer of a socket.
    private static let earlyLimit = 16 << 10

    /// The bytes of a response, when it may have to be sent early and can be.
    func serializeEarly(_ response: Response, to request: Request) -> [UInt8]? {
        guard (request.body.contentLength ?? .max) > Self.dropLimit, request.method != "HEAD" else { return nil }
        let body: [UInt8]
        switch response.body {
        case .none: body = []
        case .bytes(let bytes) where bytes.count <= Self.earlyLimit: body = bytes
        default: return nil
        }
        var head = "HTTP/1.1 \(response.status) \(Problem.phrase(of: response.status))\r\n"
        head += "Date: \(HTTPDate.text(.now))\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for field in response.headers where !Self.isServers(field.name) && !Headers.isSame(field.name, "Connection") {
            head += "\(field.name): \(field.value)\r\n"
        }
        return Array((head + "\r\n").utf8) + body
    }

    /// Writes to the socket; call it with the lock held and while the body arrives, when it is open and all ours.
    func sendEarly(_ bytes: [UInt8]) -> Bool {
        guard let descriptor = connection?.descriptor else { return false }
        let count = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        guard count == bytes.count else {
            // A part of an answer cannot be taken back; none at all can still be sent the usual way.
            if count > 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return false
        }
        shutdown(descriptor, Int32(SHUT_WR))
        return true
    }
}
