import Foundation
import HawserCore

/// Asks a server one question, to see whether it is ready.
enum Probe {
    private static let pool = BlockingPool(name: "probe", threads: 4)

    /// Sends bytes and waits until the answer contains a text; false when it does not within two seconds.
    static func ask(_ address: ListenAddress, _ question: String, expecting text: String) async -> Bool {
        let isReady = try? await pool.run { () -> Bool in
            guard let file = connect(address) else { return false }
            defer { close(file) }
            let bytes = Array(question.utf8)
            guard send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return false }
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while answer.count < 65_536 {
                let count = recv(file, &buffer, buffer.count, 0)
                guard count > 0 else { return false }
                answer += buffer[..<count]
                if String(decoding: answer, as: UTF8.self).contains(text) { return true }
            }
            return false
        }
        return isReady ?? false
    }

    private static func connect(_ address: ListenAddress) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var entry = list
        while let info = entry?.pointee {
            let file = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
            if file >= 0 {
                var limit = timeval(tv_sec: 2, tv_usec: 0)
                let size = socklen_t(MemoryLayout<timeval>.size)
                setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
                setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
                if Foundation.connect(file, info.ai_addr, info.ai_addrlen) == 0 { return file }
                close(file)
            }
            entry = info.ai_next
        }
        return nil
    }
}
