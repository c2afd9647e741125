import Foundation
import HawserCore
import HawserHTTP

/// One cloud of a `clouds.yaml`, profile and secrets merged in.
struct CloudsFileEntry {
    struct Region {
        let name: String
        let values: [String: JSON]
    }

    let file: CloudsFile
    let name: String
    let members: [String: JSON]

    func error(_ field: String, _ reason: String) -> CloudsFileError {
        file.error(["clouds", name] + field.split(separator: ".").map(String.init), reason)
    }

    /// The regions it names.
    func regions() throws -> [Region] {
        if let listed = members["regions"], listed != .null {
            guard case .array(let values) = listed else { throw error("regions", "is no list") }
            return try values.enumerated().map { index, value in
                switch value {
                case .string(let name): return Region(name: name, values: [:])
                case .object(let region):
                    guard let name = region["name"]?.string else { throw error("regions.\(index)", "has no name") }
                    return Region(name: name, values: CloudsFile.normalized(region["values"]?.object ?? [:]))
                default: throw error("regions.\(index)", "is neither a name nor a mapping with a name")
                }
            }
        }
        switch members["region_name"] {
        case nil, .null?: return []
        case .array(let names)?: return names.compactMap(\.string).map { Region(name: $0, values: [:]) }
        case .some(let value):
            guard let text = Self.text(value) else { throw error("region_name", "is no text") }
            return text.split(separator: ",").map { Region(name: String($0), values: [:]) }
        }
    }

    /// Whether it has regions beyond those it names, as the catalogue does: it lists none, and names one at most.
    var isOpen: Bool {
        get throws {
            if let listed = members["regions"], listed != .null, listed.array?.isEmpty != true { return false }
            return try regions().count < 2
        }
    }

    /// The cloud in one of its regions, or in one of the catalogue's.
    func settings(region wanted: String?) throws -> CloudSettings {
        let regions = try regions()
        var region = regions.first
        if let wanted {
            region = try regions.first { $0.name == wanted } ?? (isOpen ? Region(name: wanted, values: [:]) : nil)
            guard region != nil else {
                let known = regions.map(\.name).joined(separator: ", ")
                throw error("regions", "there is no such region; there are: \(known)")
            }
        }
        let fields = CloudsFileFields(entry: self, members: CloudsFile.overlay(members, region?.values ?? [:]))
        return CloudSettings(
            name: name,
            credentials: try fields.credentials(),
            region: region?.name,
            interface: try fields.interface(["endpoint_type", "interface"]) ?? .public,
            tls: try fields.tls(),
            services: try fields.services()
        )
    }

    /// A value as text, numbers included, which many write without quotes.
    static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        default: nil
        }
    }
}
