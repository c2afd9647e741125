import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import HawserTestSupport
import Synchronization
import Testing

/// A dev whose requests to the cloud's networks go through a proxy that breaks single ones; its worker is killed.
///
/// A fault strikes the first request that fits, of whatever test: those that use it run one after another.
struct NetworkDev: Sendable {
    static let shared = Task { try await NetworkDev() }

    let dev: Dev
    let proxy: FaultProxy
    private let directory: TestDirectory

    private init() async throws {
        let path = try CloudDev.file()
        let url = try await CloudDev.admin.value.endpoint(of: .network)
        proxy = try FaultProxy(before: UInt16(try #require(URLComponents(string: url)?.port)))
        directory = try TestDirectory("clouds")
        let override = "    network_endpoint_override: http://127.0.0.1:\(proxy.port)\n"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let copy = text.replacing("  admin:\n", with: "  admin:\n\(override)")
        try Data(copy.utf8).write(to: URL(filePath: directory.file("clouds.yaml")))
        dev = try await Dev(settings: [
            "HAWSER_CLOUDS": directory.file("clouds.yaml"), "HAWSER_CLOUD": "admin", "HAWSER_LEASE_SECONDS": "3",
            "HAWSER_CONCURRENCY": "16",
        ])
    }

    /// A request at which something is to happen.
    struct Point: Sendable, CustomStringConvertible {
        let method: String
        /// The end of the path, or the path up to its last part when that is an id.
        let path: String
        /// Whether the cloud carries the request out before.
        let isReached: Bool

        var description: String { "\(method) \(path), \(isReached ? "carried out" : "not sent on")" }

        func matches(_ seen: FaultProxy.Seen) -> Bool {
            let parts = (seen.path.split(separator: "?").first ?? "").split(separator: "/")
            let end = path.split(separator: "/")
            return seen.method == method
                && (parts.suffix(end.count) == end || parts.dropLast().suffix(end.count) == end)
        }
    }

    /// Has one request at each point wait for an answer that never comes; the body begins what makes the requests,
    /// and once all wait, `then` happens.
    func holding<Value>(
        _ points: [Point],
        _ body: () async throws -> Value,
        then: (Value) async throws -> Void
    ) async throws -> Value {
        let (hits, hit) = AsyncStream<Point>.makeStream()
        for point in points {
            proxy.fail(point.isReached ? .hangAfterwards : .hang, hit: { hit.yield(point) }, when: point.matches)
        }
        let value = try await body()
        var left = points.count
        for await _ in hits {
            left -= 1
            if left == 0 { break }
        }
        try await then(value)
        return value
    }

    /// The same, and then the worker is killed.
    func killing<Value>(_ points: [Point], _ body: () async throws -> Value) async throws -> Value {
        try await holding(points, body) { _ in try dev.killWorker() }
    }
}

extension CloudTenant {
    /// How many of its own kind the project has, as the operator sees them; networks as
    /// `["networks": 1, "subnets": 1, "routers": 1, "interfaces": 1]`.
    func networkCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in ["networks", "subnets", "routers"] {
            counts[name] = try await list(.network, "/\(name)", name).count
        }
        counts["interfaces"] = try await interfaces().count
        return counts
    }

    /// The ports of the project's routers inside.
    func interfaces() async throws -> [JSON] {
        try await list(.network, "/ports", "ports").filter { $0["device_owner"] == "network:router_interface" }
    }

    /// The project's security groups but the default one.
    func securityGroups() async throws -> [JSON] {
        try await list(.network, "/security-groups", "security_groups").filter { $0["name"] != "default" }
    }

    /// Makes a VPC and answers the message.
    func vpc(_ subnet: String, name: String? = nil) async throws -> JSON {
        let made = try await change("POST", "/vpcs", ["vpc_name": .string(name ?? mark), "subnet": .string(subnet)])
        guard made.status == 200, let vpc = made["vpc"] else { throw UnexpectedOutcome(outcome: made) }
        return vpc
    }

    /// A port that belongs to a server of that id, as far as the networks know; no server is made.
    func port(ofServer id: String, network: String) async throws {
        let body: JSON = [
            "port": [
                "network_id": .string(network), "device_id": .string(id), "device_owner": "compute:nova",
                "project_id": .string(projectID),
            ]
        ]
        _ = try await admin.send(CloudCall("POST", .network, "/ports", body: body))
    }

    /// A real server on a network, made past hawser.
    func server(network: String) async throws -> String {
        let identity = Identity(admin)
        let role = try #require(try await identity.roles(.init(name: "admin")).first).id
        let user = try #require(try await identity.users(.init(name: "admin")).first).id
        try await identity.grant(role: role, toUser: user, in: .project(projectID))
        var settings = admin.settings
        settings.credentials.scope = .project(id: projectID)
        let compute = Compute(CloudSession(settings, client: Client.http))
        let images = try await admin.send(CloudCall("GET", .image, "/images", query: [("name", "tiny")])).body
        var request = Compute.ServerRequest(name: mark, flavorID: "1")
        request.imageID = images["images"]?[0]?["id"]?.string
        request.networks = [.network(network)]
        let id = try await compute.createServer(request)
        while try await compute.server(id).status == "BUILD" { try await Task.sleep(for: .milliseconds(100)) }
        return id
    }

    /// Takes back the addresses outside and the extra routes that would keep the project's routers from going.
    func freeRouters() async throws {
        for address in try await list(.network, "/floatingips", "floatingips") {
            _ = try await admin.send(CloudCall("DELETE", .network, "/floatingips/\(address["id"]?.string ?? "")"))
        }
        for router in try await list(.network, "/routers", "routers") {
            let body: JSON = ["router": ["routes": [], "external_gateway_info": [:]]]
            _ = try await admin.send(CloudCall("PUT", .network, "/routers/\(router["id"]?.string ?? "")", body: body))
        }
    }

    /// Sets what the project may have.
    func limit(_ name: String, to count: Int) async throws {
        let body: JSON = ["quota": [name: .int(Int64(count))]]
        _ = try await admin.send(CloudCall("PUT", .network, "/quotas/\(projectID)", body: body))
    }
}
