import Foundation
import HawserCore

/// The loopback ports of a dev's Redis and MongoDB: chosen at the first start, kept as long as they are free.
struct DevPorts: Sendable, Codable {
    let redis: UInt16
    let mongo: UInt16

    /// Reads or chooses them.
    static func load(_ directory: DataDirectory) throws -> DevPorts {
        let kept = try directory.read(directory.ports).flatMap { text in
            try? JSONDecoder().decode(DevPorts.self, from: Data(text.utf8))
        }
        let redis = try free(kept?.redis)
        let ports = DevPorts(redis: redis, mongo: try free(kept?.mongo, not: redis))
        let text = try JSON(encoding: ports).text
        try directory.write(text + "\n", to: directory.ports)
        return ports
    }

    /// A free port of the loopback address, the wanted one when it is free.
    static func free(_ wanted: UInt16? = nil, not taken: UInt16? = nil) throws -> UInt16 {
        for candidate in [wanted, 0, 0].compactMap(\.self) where candidate != taken || candidate == 0 {
            if let port = bind(candidate), port != taken { return port }
        }
        throw CommandFailure(description: "no free port on 127.0.0.1")
    }

    /// Binds a port for a moment and answers its number; nil when it is in use.
    private static func bind(_ port: UInt16) -> UInt16? {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // As servers do, so that connections which are closing down do not count.
        var one: Int32 = 1
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in.loopback(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Foundation.bind(file, pointer, length) == 0 && getsockname(file, pointer, &length) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin_port) : nil
    }
}

extension sockaddr_in {
    /// 127.0.0.1 with a port.
    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
