public import HawserCore

/// A connection of two routers by a network of its own, so that a subnet of each reaches the other's.
///
/// The network's description names the four ids, in an order of their own: whoever asks from either side finds it.
public struct PeerLink: Sendable, Hashable {
    /// One side.
    public struct Side: Sendable, Hashable {
        /// The id of the subnet that is reached.
        public let subnet: String
        /// The id of its router.
        public let router: String

        /// A side.
        public init(subnet: String, router: String) {
            self.subnet = subnet
            self.router = router
        }
    }

    /// The side called A.
    public let a: Side
    /// The side called B.
    public let b: Side

    /// A link between two sides.
    public init(_ a: Side, _ b: Side) {
        self.a = a
        self.b = b
    }

    /// What the description of the link's network says.
    public var mark: String {
        let sides = [a, b].map { "\($0.router)/\($0.subnet)" }.sorted()
        return "hawser_peer_link \(sides[0]) \(sides[1])"
    }

    /// A range for a link that none of the given ones overlaps: the first /29 of 100.64.0.0/10 (RFC 6598), which
    /// is neither a tenant's nor the internet's; nil when the first 4096 are taken.
    ///
    /// Each link has a network of its own: only what its two routers know must not overlap, not other links.
    public static func range(besides taken: [AddressRange]) -> AddressRange? {
        for number in 0..<4096 {
            let bits = 100 << 24 | 64 << 16 | number << 3
            let text = [24, 16, 8, 0].map { String(bits >> $0 & 255) }.joined(separator: ".")
            if let range = AddressRange("\(text)/29"), !taken.contains(where: range.overlaps) { return range }
        }
        return nil
    }
}

extension AddressRange {
    /// Whether some address lies in both.
    public func overlaps(_ other: AddressRange) -> Bool { contains(other.bytes) || other.contains(bytes) }
}

extension Networking {
    /// The network of a link; nil when there is none.
    ///
    /// - Throws: `CloudError`.
    public func network(of link: PeerLink) async throws -> Network? {
        try await networks(Filter(description: link.mark)).first
    }

    /// The ports of a network.
    ///
    /// - Throws: `CloudError`.
    public func ports(ofNetwork id: String) async throws -> [Port] {
        var filter = Filter()
        filter.networkID = id
        return try await ports(filter)
    }

    /// A peer link as seed 004 tells it: of each side its address on the link and its route to the other's subnet.
    ///
    /// - Returns: the members of the reply; nil when there is no such link.
    /// - Throws: `CloudError`.
    public func peerLinkReply(_ link: PeerLink) async throws -> [String: JSON]? {
        guard let network = try await network(of: link) else { return nil }
        let ports = try await ports(ofNetwork: network.id)
        return [
            "link_conf_on_peer_a": try await reply(link.a, to: link.b, ports),
            "link_conf_on_peer_b": try await reply(link.b, to: link.a, ports),
        ]
    }

    private func reply(_ side: PeerLink.Side, to other: PeerLink.Side, _ ports: [Port]) async throws -> JSON {
        let own = ports.first { $0.deviceID == side.router }
        let hop = ports.first { $0.deviceID == other.router }?.addresses.first?.address
        let target = try await subnet(other.subnet).cidr
        let route = try await router(side.router).routes.first { $0.destination == target && $0.nextHop == hop }
        return [
            "intf_id": JSON(own?.id) ?? .null,
            "intf_ip": JSON(own?.addresses.first?.address) ?? .null,
            "route_to_peer": route.map {
                ["destination": .string($0.destination), "nexthop": .string($0.nextHop)]
            } ?? .null,
            "created_time": JSON(time: own?.createdAt),
        ]
    }
}
