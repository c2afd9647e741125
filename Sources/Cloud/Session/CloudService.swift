/// A service of a cloud, by OpenStack's official type of it.
public enum CloudService: String, Sendable, Hashable, CaseIterable {
    /// Servers (Nova).
    case compute
    /// Volumes (Cinder).
    case blockStorage = "block-storage"
    /// Networks, routers, security groups (Neutron).
    case network
    /// Images (Glance).
    case image
    /// Shares (Manila).
    case sharedFileSystem = "shared-file-system"
    /// Projects, users, tokens (Keystone).
    case identity
    /// Inventory of the hosts (Placement).
    case placement

    /// Its types in a catalogue, the official one first.
    ///
    /// From OpenStack's service types authority; aliases that name an older API (`volumev2`, `share`) are left out.
    public var types: [String] {
        switch self {
        case .blockStorage: ["block-storage", "volumev3", "block-store"]
        case .sharedFileSystem: ["shared-file-system", "sharev2"]
        default: [rawValue]
        }
    }

    /// Its prefixes of settings in `clouds.yaml`: `block_storage` and the aliases.
    var settingPrefixes: [String] {
        let all =
            switch self {
            case .blockStorage: types + ["volumev2", "volume"]
            case .sharedFileSystem: types + ["share"]
            default: types
            }
        return all.map { $0.replacingHyphens }
    }

    /// The version of the API that is spoken here, as it stands in paths; nil when the API has none.
    var version: String? {
        switch self {
        case .compute: "v2.1"
        case .blockStorage, .identity: "v3"
        case .network: "v2.0"
        case .image, .sharedFileSystem: "v2"
        case .placement: nil
        }
    }

    /// The header that carries a microversion, and its value; nil when the service has none.
    func microversionHeader(_ version: Microversion) -> (name: String, value: String)? {
        switch self {
        // The type in the value is the one each service checks for; Cinder's stayed "volume".
        case .compute: ("OpenStack-API-Version", "compute \(version)")
        case .blockStorage: ("OpenStack-API-Version", "volume \(version)")
        case .placement: ("OpenStack-API-Version", "placement \(version)")
        case .sharedFileSystem: ("X-OpenStack-Manila-API-Version", "\(version)")
        case .network, .image, .identity: nil
        }
    }
}

extension String {
    /// The text with `_` in place of `-`, as settings are compared.
    var replacingHyphens: String { String(map { $0 == "-" ? "_" : $0 }) }
}
