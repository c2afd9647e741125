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
