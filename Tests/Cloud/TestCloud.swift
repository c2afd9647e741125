import Foundation
import HawserCore
import HawserHTTP
import HawserTestSupport
import Synchronization
import Testing

@testable import HawserCloud

/// The real cloud that tests run against, named by `HAWSER_TEST_CLOUDS` (the path of a `clouds.yaml`).
///
/// Its entry `admin`, or the only one, must have the rights to make domains.
enum TestCloud {
    static let variable = TestServerFile.cloud.variable
    static let client = HTTPClient()
    private static let path = TestServerFile.cloud.path

    /// Whether there is one.
    static var isThere: Bool { TestServerFile.cloud.isThere }

    /// The folder in which a test cloud looks for faults, beside its `clouds.yaml`; nil when it has none.
    static let faults: String? = {
        guard let path else { return nil }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("faults").path
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }()

    /// The URL of its notifications: the file `notifications` beside its `clouds.yaml` holds it; nil without one.
    static let notifications: String? = path.flatMap { path in
        let file = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("notifications")
        return try? String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Whether its services tell what they do; said aloud once when they do not.
    static let isNotified: Bool = {
        if notifications != nil { return true }
        let text = "\n*** no notifications beside \(variable): the tests of notifications are SKIPPED ***\n\n"
        FileHandle.standardError.write(Data(text.utf8))
        return false
    }()

    /// The administrator's cloud.
    static func settings() throws -> CloudSettings {
        let file = try CloudsFile(path: try #require(path))
        return try file.cloud(file.names.contains("admin") ? "admin" : nil)
    }

    static func session(_ change: (inout CloudSettings) throws -> Void = { _ in }) throws -> CloudSession {
        var settings = try settings()
        try change(&settings)
        return CloudSession(settings, client: client)
    }

    /// The port of a service on this machine.
    static func port(of url: String) throws -> UInt16 {
        let components = try #require(URLComponents(string: url))
        return UInt16(components.port ?? 80)
    }

    /// A name that no other test has.
    static func name(_ what: String) -> String { "hawser-test-\(what)-\(UUIDv7.make().suffix(12))" }
}

/// A domain, project and user of a test's own, gone when the test is over.
struct TestTenant: Sendable {
    let admin: CloudSession
    let session: CloudSession
    let watch: CloudWatch
    let domainID: String
    let projectID: String
    let userID: String

    var compute: Compute { Compute(session) }
    var volumes: BlockStorage { BlockStorage(session) }
    var networking: Networking { Networking(session) }
    var images: Images { Images(session) }
    var shares: SharedFileSystem { SharedFileSystem(session) }

    /// Runs a test as a new tenant, and removes the tenant and what the cloud made for it.
    static func with(_ body: (TestTenant) async throws -> Void) async throws {
        Log.level = .warning
        let admin = try TestCloud.session()
        let identity = Identity(admin)
        let name = TestCloud.name("tenant")
        let password = Secret("pw-\(UUIDv7.make())")
        let domain = try await identity.createDomain(name: name)
        func remove() async throws {
            for project in try await identity.projects(.init(domainID: domain.id)) {
                // Neutron keeps the default security group of a project that is gone.
                var filter = Networking.Filter()
                filter.projectID = project.id
                for group in try await Networking(admin).securityGroups(filter) {
                    try await Networking(admin).deleteSecurityGroup(group.id)
                }
            }
            _ = try await identity.updateDomain(domain.id, isEnabled: false)
            try await identity.deleteDomain(domain.id)
        }
        do {
            let project = try await identity.createProject(name: name, domainID: domain.id)
            let user = try await identity.createUser(name: name, password: password, domainID: domain.id)
            let role = try #require(try await identity.roles(.init(name: "member")).first)
            try await identity.grant(role: role.id, toUser: user.id, in: .project(project.id))
            var settings = try TestCloud.settings()
            settings.credentials.method = .password(.id(user.id), password)
            settings.credentials.scope = .project(id: project.id)
            let session = CloudSession(settings, client: TestCloud.client)
            let tenant = TestTenant(
                admin: admin,
                session: session,
                watch: CloudWatch(session, interval: .milliseconds(300)),
                domainID: domain.id,
                projectID: project.id,
                userID: user.id
            )
            do {
                try await body(tenant)
            } catch {
                try? await tenant.sweep()
                throw error
            }
        } catch {
            do { try await remove() } catch let second { Issue.record(second, "the tenant could not be removed") }
            throw error
        }
        try await remove()
    }

    /// A network with a subnet, and their ids.
    func network() async throws -> (network: String, subnet: String) {
        let network = try await networking.createNetwork(name: "net")
        let subnet = try await networking.createSubnet(.init(networkID: network.id, cidr: "10.7.0.0/24", name: "sub"))
        return (network.id, subnet.id)
    }

    /// Waits until the listing shows a server in a status, and is at work on it no more; nil waits until it is gone.
    @discardableResult
    func wait(server id: String, _ status: String?) async throws -> Compute.Server? {
        try await wait(watch.servers, id) { server in
            guard let status else { return server == nil }
            if server?.status == "ERROR", status != "ERROR" {
                throw TestFailure("server in ERROR: \(server?.fault?.message ?? "no fault")")
            }
            return server?.status == status && server?.taskState == nil
        }
    }

    /// Waits until the listing shows a volume in a status; nil waits until it is gone.
    @discardableResult
    func wait(volume id: String, _ status: String?) async throws -> BlockStorage.Volume? {
        try await wait(watch.volumes, id) { volume in
            guard let status else { return volume == nil }
            if let now = volume?.status, now.hasPrefix("error"), now != status { throw TestFailure("volume in \(now)") }
            return volume?.status == status
        }
    }

    /// Waits until the listing shows a share in a status; nil waits until it is gone.
    @discardableResult
    func wait(share id: String, _ status: String?) async throws -> SharedFileSystem.Share? {
        try await wait(watch.shares, id) { share in
            guard let status else { return share == nil }
            if let now = share?.status, now.hasPrefix("error"), now != status { throw TestFailure("share in \(now)") }
            return share?.status == status
        }
    }

    private func wait<Item>(
        _ listing: StatusListing<Item>,
        _ id: String,
        until isThere: (Item?) throws -> Bool
    ) async throws -> Item? {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let item = try await listing.awaited(id)
            if try isThere(item) { return item }
        }
        throw TestFailure("\(id) did not come into its status")
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
