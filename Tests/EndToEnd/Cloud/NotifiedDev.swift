import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// A dev whose worker hears the cloud's notifications, over a wire that can be cut.
struct NotifiedDev: Sendable {
    /// What tests share; they cut its wire, so they run one after another.
    static let shared = Task { try await NotifiedDev() }

    /// What the worker has got and done so far.
    struct Told {
        let isConnected: Bool
        let messages: Int
        let wakes: Int
    }

    let dev: Dev
    let proxy: WireProxy
    /// The notifications' URL, past the proxy.
    let url: String

    private init() async throws {
        url = try #require(CloudDev.notifications)
        let parts = try #require(URLComponents(string: url))
        let port = try #require(parts.port)
        proxy = try WireProxy(before: UInt16(port))
        dev = try await Dev(settings: [
            "HAWSER_CLOUDS": try CloudDev.file(), "HAWSER_CLOUD": "admin",
            "HAWSER_CLOUD_NOTIFICATIONS": url.replacing(":\(port)", with: ":\(proxy.port)"),
        ])
    }

    /// What the worker tells of itself, as the API shows it.
    func told() async throws -> Told {
        let workers = try await dev.admin.get("/v1/workers").json["workers"]?.array ?? []
        let details = workers.compactMap { $0["details"]?["cloud_notifications"] }.first
        return Told(
            isConnected: details?["connected"] == true,
            messages: Int(details?["messages"]?.int ?? 0),
            wakes: Int(details?["wakes"]?.int ?? 0)
        )
    }

    /// Waits until the worker tells what is asked for; it tells of itself once a second.
    func told(_ isEnough: (Told) -> Bool) async throws {
        while try await !isEnough(told()) { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// Runs `hawser cloud check` with these notifications; answers how it exited (0: well) and what it said.
    func check(_ url: String) async throws -> (code: Int32, output: String) {
        let output = try TestDirectory("check")
        var words = ["env"]
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("HAWSER_") { words += ["-u", name] }
        words += [
            "HAWSER_CLOUDS=\(try CloudDev.file())", "HAWSER_CLOUD_NOTIFICATIONS=\(url)",
            "HAWSER_MASTER_KEY=\(String(repeating: "0", count: 64))", "sh", "-c",
            "\(try Program.path) cloud check >\(output.file("said")) 2>&1",
        ]
        let process = try await ServerProcess.start(words, markers: [])
        let code = await process.waitForExit()
        return (code, try String(contentsOfFile: output.file("said"), encoding: .utf8))
    }
}

extension CloudDev {
    /// The URL of the cloud's notifications, from the file beside its `clouds.yaml`; nil without one.
    static let notifications: String? = {
        guard let file = try? beside("notifications") else { return nil }
        return try? String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    /// Whether the cloud's services tell what they do; said aloud once when they do not.
    static let isNotified: Bool = {
        guard isThere, notifications == nil else { return isThere }
        let text = "\n*** no notifications beside \(variable): the tests of notifications are SKIPPED ***\n\n"
        FileHandle.standardError.write(Data(text.utf8))
        return false
    }()

    /// How many requests of hawser with this path's end a service has had for a tenant's project.
    static func requests(_ service: String, _ path: String, _ tenant: CloudTenant) throws -> Int {
        let log = try String(contentsOfFile: beside("log/access/\(service).log"), encoding: .utf8)
        return log.split(separator: "\n").filter { line in
            line.contains("\"project\": \"\(tenant.projectID)\"") && line.contains("\(path)\"")
                && line.contains("\"agent\": \"Hawser")
        }.count
    }
}

extension CloudTenant {
    /// A small disk of this test's name.
    func disk() -> JSON { ["volume_name": .string(mark), "cloud_disk_conf": ["size_in_g": 1]] }
}
