import Foundation
import HawserCore

/// Runs blocking test code on threads of its own.
private let threads = BlockingPool(name: "http-tests", threads: 32)

func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await threads.run(body)
}

struct SocketError: Error {
    let call: String
    let code: Int32
}

/// A client's socket that sends and receives exactly what a test says.
final class RawSocket: Sendable {
    let descriptor: Int32

    init(port: UInt16, from source: String? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", code: errno) }
        if let source {
            var on: Int32 = 1
            // IP_BIND_ADDRESS_NO_PORT: the port is chosen on connect, so that each source address has all ports.
            setsockopt(descriptor, Int32(IPPROTO_IP), 24, &on, 4)
            var from = Self.address(source, 0)
            let bound = withUnsafeBytes(of: &from) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, 16) }
            }
            guard bound == 0 else { throw SocketError(call: "bind", code: errno) }
        }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var to = Self.address("127.0.0.1", port)
        let result = withUnsafeBytes(of: &to) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, 16) }
        }
        guard result == 0 else { throw SocketError(call: "connect", code: errno) }
    }

    deinit {
        close(descriptor)
    }

    private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(
                    descriptor,
                    $0.baseAddress.map { $0 + offset },
                    bytes.count - offset,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw SocketError(call: "send", code: errno) }
            offset += count
        }
    }

    /// Some bytes; none at the end, also when the other side has reset the connection.
    func receive(_ limit: Int = 65536) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        if count < 0, errno == ECONNRESET { return [] }
        guard count >= 0 else { throw SocketError(call: "recv", code: errno) }
        return Array(buffer[..<count])
    }

    func receiveAll() throws -> String {
        var all: [UInt8] = []
        while true {
            let some = try receive()
            if some.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += some
        }
    }

    /// Reads one response whose length is in its header.
    func response(hasBody: Bool = true) throws -> (status: Int, head: String, body: String) {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            let byte = try receive(1)
            if byte.isEmpty { throw SocketError(call: "closed after: \(head)", code: 0) }
            head += String(decoding: byte, as: UTF8.self)
        }
        let lines = head.lowercased().split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        var body: [UInt8] = []
        while hasBody, body.count < length {
            let some = try receive(length - body.count)
            if some.isEmpty { throw SocketError(call: "closed in body", code: 0) }
            body += some
        }
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, head, String(decoding: body, as: UTF8.self))
    }
}
