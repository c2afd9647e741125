import Foundation

/// A range of IP addresses in CIDR notation: `10.0.0.0/8`, `fd00::/8`; a bare address is a range of one.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is no range of addresses.
    public struct ParseError: Error, CustomStringConvertible {
        /// What is wrong, for the one who wrote it.
        public let description: String
    }

    /// The first bits of every address in the range, as 4 (IPv4) or 16 (IPv6) bytes.
    public let bytes: [UInt8]
    /// How many leading bits count.
    public let prefix: Int

    /// Parses `ADDRESS/BITS` or `ADDRESS`.
    ///
    /// - Throws: `ParseError` that says what is wrong. `10.1.2.3/8` is more likely a slip than a wish: it is refused
    ///   rather than widened.
    public init(parsing text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = Self.parse(String(parts[0])) else {
            throw ParseError(description: "\(text): not an IPv4 or IPv6 address")
        }
        let bits = address.count * 8
        var prefix = bits
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let given = Int(parts[1]),
                given <= bits
            else { throw ParseError(description: "\(text): the length after / must be a number from 0 to \(bits)") }
            prefix = given
        }
        let network = Self.masked(address, prefix)
        guard network == address else {
            let meant = "\(Self.text(network))/\(prefix)"
            throw ParseError(description: "\(text): has bits beyond its length; did you mean \(meant)?")
        }
        bytes = network
        self.prefix = prefix
    }

    /// Parses a range; nil when it is none.
    public init?(_ text: String) {
        try? self.init(parsing: text)
    }

    /// The range as it is written.
    public var description: String { "\(Self.text(bytes))/\(prefix)" }

    /// Whether an address of 4 or 16 bytes lies in the range.
    public func contains(_ address: [UInt8]) -> Bool {
        address.count == bytes.count && Self.masked(address, prefix) == bytes
    }

    private static func parse(_ address: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes[..<4]) }
        if inet_pton(AF_INET6, address, &bytes) == 1 { return bytes }
        return nil
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, prefix - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }
}
