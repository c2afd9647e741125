import Foundation

/// Blocking sockets on the loopback interface, for proxies with a thread per connection.
public enum Loopback {
    /// A socket that listens, and its port.
    ///
    /// - Throws: `ServerError` when it cannot listen.
    public static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let (descriptor, port) = try take()
        guard Foundation.listen(descriptor, 128) == 0 else {
            close(descriptor)
            throw ServerError(description: "listen on port \(port): \(errno)")
        }
        return (descriptor, port)
    }

    /// A socket with a port of its own that does not listen.
    ///
    /// - Throws: `ServerError` when the system gives none.
    static func take() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int32 in
                guard bind(descriptor, pointer, length) == 0 else { return -1 }
                return getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else {
            defer { close(descriptor) }
            throw ServerError(description: "a port of the loopback interface: \(errno)")
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Hands each connection to a listening socket to an owner, on a thread, as long as the owner is there and the socket
    /// is not shut down; then closes the socket.
    static func accept<Owner: AnyObject & Sendable>(
        on listener: Int32,
        for owner: Owner,
        _ take: @escaping @Sendable (Owner, Int32) -> Void
    ) {
        Thread.detachNewThread { [weak owner] in
            while true {
                let client = Foundation.accept(listener, nil, nil)
                guard client >= 0, let owner else {
                    if client >= 0 { close(client) }
                    break
                }
                take(owner, client)
            }
            close(listener)
        }
    }

    /// Reads a small request of a test's own client, whose body, if it is a POST, ends with "end".
    ///
    /// - Returns: the request; nil when the connection ends before it does.
    public static func readRequest(on connection: Int32) -> String? {
        var text = ""
        while !(text.hasSuffix("\r\n\r\n") && !text.hasPrefix("POST") || text.hasSuffix("end")) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    /// A connection to a port; nil when nobody takes it.
    static func connect(_ port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = address(port)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// What came; empty at the end.
    static func receive(_ descriptor: Int32) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : []
    }

    /// Sends all, unless the other side has gone.
    static func send(_ descriptor: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }
}
