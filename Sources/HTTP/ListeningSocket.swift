import CMicrohttpd
import Foundation

/// Opens the socket a server listens on.
enum ListeningSocket {
    /// Binds and listens; the descriptor and the port it got.
    static func open(address: String, port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &list) == 0, let info = list?.pointee else {
            throw HTTPError.cannotListen("\(address) is not an address")
        }
        defer { freeaddrinfo(list) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(info.ai_family, kind, 0)
        guard descriptor >= 0 else { throw failure("socket") }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, 4096) == 0 else {
            let error = failure("\(address) port \(port)")
            close(descriptor)
            throw error
        }
        var bound = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let actual = withUnsafeMutableBytes(of: &bound) { bytes -> UInt16 in
            guard let base = bytes.baseAddress else { return port }
            getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &size)
            // The port is at the same place in the addresses of both families.
            return base.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port.bigEndian
        }
        return (descriptor, actual)
    }

    /// Lets this process open as many files as it may.
    static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// An address as text, without port; one of IPv4 seen over IPv6 as IPv4.
    static func text(_ address: UnsafePointer<sockaddr>) -> String {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size =
            Int32(address.pointee.sa_family) == AF_INET6
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        guard
            getnameinfo(address, socklen_t(size), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
        else { return "unknown" }
        let text = buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "unknown" }
        return text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
    }

    private static func failure(_ what: String) -> HTTPError {
        .cannotListen("\(what): \(String(cString: strerror(errno)))")
    }
}
