public import HawserCore

/// Which addresses a client may connect to; judged on the address that is connected to, whatever its name was.
public enum AddressPolicy: Sendable, Hashable {
    /// All.
    case any
    /// Those of the public Internet, and those in the given blocks.
    case publicOnly(allowing: [AddressRange])

    /// Blocks that are not of the public Internet (IANA's special-purpose registries for IPv4 and IPv6).
    private static let special: [AddressRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
    ].compactMap { AddressRange($0) }

    /// Of IPv6 only this is given out for public use.
    private static let global = AddressRange("2000::/3")

    func allows(_ address: IPAddress) -> Bool {
        guard case .publicOnly(let allowed) = self else { return true }
        if let inner = address.embedded {
            return allowed.contains { $0.contains(address.bytes) } || allows(inner)
        }
        if allowed.contains(where: { $0.contains(address.bytes) }) { return true }
        if address.bytes.count == 16, Self.global?.contains(address.bytes) != true { return false }
        return !Self.special.contains { $0.contains(address.bytes) }
    }
}
