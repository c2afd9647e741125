import Foundation

/// A block of IPv4 or IPv6 addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is not a block of addresses.
    public struct ParseError: Error, CustomStringConvertible {
        /// What is wrong, for the one who wrote it.
        public let description: String
    }

    let address: [UInt8]
    let prefix: Int

    /// Reads a block.
    ///
    /// - Throws: `ParseError` that says what is wrong.
    public init(_ text: String) throws {
        let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(pieces.count), let address = IPAddress(String(pieces[0])) else {
            throw ParseError(description: "\(text): not an IPv4 or IPv6 address")
        }
        let bits = address.bytes.count * 8
        var prefix = bits
        if pieces.count == 2 {
            guard pieces[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let given = Int(pieces[1]), given <= bits else {
                throw ParseError(description: "\(text): the length after / must be a number from 0 to \(bits)")
            }
            prefix = given
        }
        let network = Self.masked(address.bytes, prefix)
        guard network == address.bytes else {
            throw ParseError(
                description: "\(text): has bits beyond its length; did you mean \(IPAddress(bytes: network))/\(prefix)?"
            )
        }
        self.address = network
        self.prefix = prefix
    }

    /// The block as it is written.
    public var description: String { "\(IPAddress(bytes: address))/\(prefix)" }

    func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.count && Self.masked(other.bytes, prefix) == address
    }

    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, prefix - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }
}

/// An IPv4 address (4 bytes) or an IPv6 address (16 bytes).
struct IPAddress: Sendable, Hashable, CustomStringConvertible {
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

    var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, 64) != nil else { return "?" }
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "?" }
    }
}
