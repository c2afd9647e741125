import Foundation
import HawserCloud
import HawserCore
import HawserTestSupport
import Testing

/// A region of a test's own in the catalogue of the real cloud; its endpoints lead to the services of the first one by way
/// of proxies, which tell what was asked there.
struct SecondRegion: Sendable {
    /// The catalogue's types of the services it has, which are all that an instance needs.
    private static let services: [(CloudService, types: [String])] = [
        (.compute, ["compute"]), (.network, ["network"]), (.image, ["image"]),
        (.blockStorage, ["volumev3", "block-storage"]),
    ]

    let name: String
    private let proxies: [CloudService: FaultProxy]

    /// Runs a test with a new region, which is gone when the test is over.
    static func with(_ body: (SecondRegion) async throws -> Void) async throws {
        let admin = try await CloudDev.admin.value
        let name = "hawser-\(UUIDv7.make().suffix(12))"
        _ = try await admin.send(CloudCall("POST", .identity, "/regions", body: ["region": ["id": .string(name)]]))
        do {
            try await body(try await SecondRegion(name, admin))
        } catch {
            try? await remove(name, admin)
            throw error
        }
        try await remove(name, admin)
    }

    private init(_ name: String, _ admin: CloudSession) async throws {
        self.name = name
        let known = try await admin.send(CloudCall("GET", .identity, "/services")).body["services"]?.array ?? []
        var proxies: [CloudService: FaultProxy] = [:]
        for (service, types) in Self.services {
            let first = try #require(URLComponents(string: try await admin.endpoint(of: service)))
            let proxy = try FaultProxy(before: UInt16(try #require(first.port)))
            proxies[service] = proxy
            for entry in known where types.contains(entry["type"]?.string ?? "") {
                let endpoint: JSON = [
                    "service_id": entry["id"] ?? .null, "interface": "public", "region_id": .string(name),
                    "url": .string("http://127.0.0.1:\(proxy.port)"),
                ]
                _ = try await admin.send(CloudCall("POST", .identity, "/endpoints", body: ["endpoint": endpoint]))
            }
        }
        self.proxies = proxies
    }

    private static func remove(_ name: String, _ admin: CloudSession) async throws {
        let query = [(name: "region_id", value: name)]
        let found = try await admin.send(CloudCall("GET", .identity, "/endpoints", query: query)).body
        for endpoint in found["endpoints"]?.array ?? [] {
            _ = try await admin.send(CloudCall("DELETE", .identity, "/endpoints/\(endpoint["id"]?.string ?? "")"))
        }
        _ = try await admin.send(CloudCall("DELETE", .identity, "/regions/\(name)"))
    }

    /// The requests that came to a service of this region: `POST /v2.1/servers`.
    func seen(_ service: CloudService) -> [String] {
        (proxies[service]?.seen ?? []).map { "\($0.method) \($0.path.split(separator: "?").first ?? "")" }
    }
}
