import Foundation

/// A range of IP addresses in CIDR notation: `10.0.0.0/8`, `fd00::/8`; a bare address is a range of one.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    /// The first bits of every address in the range, as 4 (IPv4) or 16 (IPv6) bytes.
    public let bytes: [UInt8]
    /// How many leading bits count.
    public let prefix: Int
    /// The text it was parsed from.
    public let description: String

    /// Parses `ADDRESS/BITS` or `ADDRESS`; nil when it is not that, or when bits beyond the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let bytes = Self.parse(String(address)) else { return nil }
        var prefix = bytes.count * 8
        if parts.count == 2 {
            let digits = parts[1]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let bits = Int(digits),
                bits <= prefix
            else { return nil }
            prefix = bits
        }
        // `10.1.2.3/8` is more likely a slip than a wish, so it is refused rather than widened.
        for bit in prefix..<(bytes.count * 8) where bytes[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
            return nil
        }
        self.bytes = bytes
        self.prefix = prefix
        self.description = text
    }

    private static func parse(_ address: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes[..<4]) }
        if inet_pton(AF_INET6, address, &bytes) == 1 { return bytes }
        return nil
    }
}
