import CCurl
import Foundation

/// An IPv4 address (4 bytes) or an IPv6 address (16 bytes).
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes[..<4])
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    /// The IPv4 address an IPv6 address stands for: mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056).
    var embedded: IPAddress? {
        guard bytes.count == 16 else { return nil }
        let zeros = [UInt8](repeating: 0, count: 10)
        if bytes[..<10].elementsEqual(zeros), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return IPAddress(bytes: Array(bytes[12...]))
        }
        if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B] + zeros[..<8]) {
            return IPAddress(bytes: Array(bytes[12...]))
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return IPAddress(bytes: Array(bytes[2..<6])) }
        return nil
    }
}

extension IPAddress {
    /// The address of a socket address; nil when it is neither IPv4 nor IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        // sa_family, the first member; read by its place, because the C module that holds the name changes with the
        // order in which modules are built, and the compiler wants that very module imported.
        switch Int32(raw.loadUnaligned(as: UInt16.self)) {
        case AF_INET: self.init(bytes: Array(UnsafeRawBufferPointer(start: raw + 4, count: 4)))
        case AF_INET6: self.init(bytes: Array(UnsafeRawBufferPointer(start: raw + 8, count: 16)))
        default: return nil
        }
    }
}
