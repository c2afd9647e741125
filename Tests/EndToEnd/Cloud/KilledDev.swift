import Foundation
import HawserCloud
import HawserCore
import HawserTestSupport

/// A dev whose worker reaches compute and block storage through proxies that kill it at a request.
///
/// Its tests run one after another.
struct KilledDev: Sendable {
    static let shared = Task { try await KilledDev() }

    /// Whether the cloud gets the request at which the worker is killed.
    enum Moment: String, Sendable, CaseIterable {
        /// Killed while it sends the request: the cloud does not get it.
        case before
        /// Killed between sending the request and reading its answer.
        case after
    }

    let dev: Dev
    private let proxies: [FaultProxy]
    private let directory: TestDirectory

    private init() async throws {
        let admin = try await CloudDev.admin.value
        func proxy(_ service: CloudService) async throws -> (FaultProxy, url: String) {
            guard let url = URL(string: try await admin.endpoint(of: service)), let port = url.port else {
                throw CocoaError(.fileReadUnknown)
            }
            let proxy = try FaultProxy(before: UInt16(port))
            return (proxy, "http://127.0.0.1:\(proxy.port)")
        }
        let (nova, novaURL) = try await proxy(.compute)
        let (cinder, cinderURL) = try await proxy(.blockStorage)
        proxies = [nova, cinder]
        directory = try TestDirectory("clouds")
        let path = directory.file("clouds.yaml")
        let original = try String(contentsOfFile: CloudDev.file(), encoding: .utf8)
        // Beside the entry's other members, which have this indentation in the testbed's file.
        let overrides = """
                compute_endpoint_override: \(novaURL)/v2.1
                block_storage_endpoint_override: \(cinderURL)/v3/%(project_id)s
            """
        let text = original.replacing("    region_name:", with: "\(overrides)\n    region_name:", maxReplacements: 1)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        dev = try await Dev(settings: [
            "HAWSER_CLOUDS": path, "HAWSER_CLOUD": "admin", "HAWSER_LEASE_SECONDS": "3",
        ])
    }

    /// Kills the worker at the next request that fits.
    ///
    /// - Parameters:
    ///   - method: the request's method.
    ///   - path: how its path ends, without the query.
    ///   - moment: whether the cloud gets it.
    func kill(at method: String, _ path: String, _ moment: Moment) {
        let dev = dev
        for proxy in proxies {
            // The worker is dead before the request goes on.
            proxy.fail(moment == .before ? .closeBefore : .closeAfter) { seen in
                let own = seen.path.split(separator: "?").first ?? ""
                guard seen.method == method, own.hasSuffix(path) else { return false }
                return (try? dev.killWorker()) != nil
            }
        }
    }
}
