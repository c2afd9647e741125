import Foundation
import HawserCore
import HawserTestSupport
import Testing

/// `hawser dev` with its real children.
@Suite("hawser dev")
struct DevTests {
    private let directory: TestDirectory
    private var data: String { directory.file("data") }

    init() throws {
        directory = try TestDirectory("dev")
    }

    private func start() async throws -> ServerProcess {
        let mongod = try await Self.mongod()
        let process = try await ServerProcess.start(
            ["env"] + Program.strangers.flatMap { ["-u", $0] }
                + [try Program.path, "dev", "--data", data, "--listen", "127.0.0.1:0", "--workers", "2"]
                + ["--mongod", mongod],
            markers: ["is ready after"]
        )
        try await process.wait(for: "is ready after")
        return process
    }

    /// `HAWSER_MONGOD`, else what the project's script finds.
    private static func mongod() async throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let output = try TestDirectory("mongod")
        let child = try await ChildProcess.spawn(
            "sh",
            ["-c", "\"$0\" >\"$1\"", root.appending(path: "ops/testbed/mongod").path(), output.file("path")]
        )
        #expect(await child.wait() == .code(0))
        return try String(contentsOfFile: output.file("path"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func json(_ name: String) throws -> JSON {
        try JSON(parsing: try Data(contentsOf: URL(filePath: "\(data)/\(name)")))
    }

    /// The processes of the children, by name.
    private func children() throws -> [String: Int32] {
        var children: [String: Int32] = [:]
        for entry in try json("dev-children.json").array ?? [] {
            let name = try #require(entry["name"]?.string)
            children[name] = Int32(try #require(entry["id"]?.int))
        }
        return children
    }

    /// Returns when a process has ended, as told by the kernel.
    private func waitForEnd(of id: Int32) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8), !stat.contains(") Z") {
            try #require(ContinuousClock.now < deadline, "process \(id) did not end")
            // It is nobody's child here: the kernel tells nobody.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("runs its parts, tells where they are, and leaves nothing running when it is asked to end")
    func life() async throws {
        let dev = try await start()
        let urls = try json("dev.json")
        #expect(urls["api_url"]?.string?.hasPrefix("http://127.0.0.1:") == true)
        #expect(urls["redis_url"]?.string?.hasPrefix("redis://") == true)
        #expect(urls["mongo_url"]?.string?.hasPrefix("mongodb://127.0.0.1:") == true)
        for file in ["dev.json", "secrets/admin-key", "secrets/master-key", "secrets/redis-password"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(data)/\(file)")
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(file)")
        }
        let first = try children()
        #expect(first.keys.sorted() == ["api", "mongod", "redis", "worker-1", "worker-2"])
        let key = try String(contentsOfFile: "\(data)/secrets/admin-key", encoding: .utf8)

        let second = try await Program.run(["dev", "--data", data])
        #expect(second.exit == .code(1))
        #expect(second.error.contains("another hawser dev (process \(dev.pid)) runs on"))

        dev.signal(SIGINT)
        #expect(await dev.waitForExit() == 0)
        for (name, id) in first { #expect(kill(id, 0) == -1, "\(name) still runs") }
        #expect(!FileManager.default.fileExists(atPath: "\(data)/dev.json"))

        // Keys and ports stay for the next start.
        let ports = try json("dev-ports.json")
        let again = try await start()
        #expect(try json("dev-ports.json") == ports)
        #expect(try String(contentsOfFile: "\(data)/secrets/admin-key", encoding: .utf8) == key)
        again.signal(SIGTERM)
        #expect(await again.waitForExit() == 0)
    }

    @Test("starts again what was killed, and takes its children along when it is killed itself")
    func death() async throws {
        let dev = try await start()
        let first = try children()
        for name in ["redis", "mongod", "api", "worker-1"] { kill(try #require(first[name]), SIGKILL) }
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let now = try children()
            let isBack = first.allSatisfy { name, id in
                now[name].map { name == "worker-2" ? $0 == id : $0 != id } ?? false
            }
            if isBack { break }
            try #require(ContinuousClock.now < deadline, "\(first) became \(now)")
            // Seen in a file that is replaced.
            try await Task.sleep(for: .milliseconds(20))
        }
        let second = try children()
        dev.signal(SIGKILL)
        await dev.waitForExit()
        for id in second.values { try await waitForEnd(of: id) }
        // Nothing is in the way of the next start.
        let again = try await start()
        again.signal(SIGTERM)
        #expect(await again.waitForExit() == 0)
    }

    @Test("a part that cannot be started ends it, with the part's last words")
    func failure() async throws {
        let servers = ["--redis-server", "/no/such/redis-server", "--mongod", try await Self.mongod()]
        let outcome = try await Program.run(["dev", "--data", data] + servers)
        #expect(outcome.exit == .code(1))
        #expect(outcome.error.contains("redis ended before it was ready (exit code 127)"))
        #expect(outcome.error.contains("/no/such/redis-server: No such file or directory"))
    }
}
