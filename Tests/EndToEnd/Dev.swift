import Foundation
import HawserCore
import HawserMetadata
import HawserRedis
import HawserTestSupport
import Synchronization

/// A running `hawser dev` with one worker, of this test process alone.
final class Dev: Sendable {
    /// What all tests share; each has tenants of its own.
    static let shared = Task { try await Dev(settings: ["HAWSER_CALLBACK_WAIT_SECONDS": "20"]) }
    /// One whose callbacks are waited for one second and whose sessions live ten; its tests run one after another.
    static let hurried = Task {
        try await Dev(settings: ["HAWSER_CALLBACK_WAIT_SECONDS": "1", "HAWSER_SESSION_SECONDS": "10"])
    }

    private static let running = Mutex<[Int32]>([])
    /// Ends the children before the directory they write to is removed.
    private static let ending: Int32 = atexit {
        let processes = Dev.running.withLock { $0 }
        for id in processes { kill(id, SIGKILL) }
        let limit = ContinuousClock.now + .seconds(3)
        for id in processes {
            while ContinuousClock.now < limit,
                let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                !stat.contains(") Z")
            {
                usleep(2000)
            }
        }
    }

    /// Where its data is.
    let data: String
    /// The API's URL.
    let url: String
    /// A client that sends the admin key.
    let admin: Client
    /// A client that says nothing of itself.
    let anybody: Client
    /// A client of its Redis.
    let redis: RedisClient
    /// Its database, to be looked into.
    let database: MongoDatabase
    private let directory: TestDirectory
    private let process: ServerProcess

    /// One with settings of its own.
    init(settings: [String: String]) async throws {
        directory = try TestDirectory("e2e")
        _ = Self.ending
        data = directory.file("data")
        var words = ["env"]
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("HAWSER_") { words += ["-u", name] }
        words += settings.map { "\($0.key)=\($0.value)" }
        words += ["HAWSER_WEBHOOK_ALLOW=127.0.0.0/8", "HAWSER_LOG_LEVEL=warning"]
        words += [try Program.path, "dev", "--data", data, "--listen", "127.0.0.1:0", "--workers", "1"]
        words += ["--mongod", try await MongoProgram.path]
        process = try await ServerProcess.start(words, markers: ["is ready after"])
        let own = process.pid
        Self.running.withLock { $0.append(own) }
        try await process.wait(for: "is ready after")
        let children = try Self.json("\(data)/dev-children.json").array ?? []
        Self.running.withLock { $0 += children.compactMap { $0["id"]?.int.map { Int32($0) } } }
        let urls = try Self.json("\(data)/dev.json")
        url = urls["api_url"]?.string ?? ""
        let key = try String(contentsOfFile: "\(data)/secrets/admin-key", encoding: .utf8)
        admin = Client(base: url, authorization: "Bearer \(key.trimmingCharacters(in: .whitespacesAndNewlines))")
        anybody = Client(base: url, authorization: nil)
        redis = try RedisClient(url: urls["redis_url"]?.string ?? "")
        database = try MongoDatabase(url: Secret(urls["mongo_url"]?.string ?? ""), options: .forTests)
    }

    /// Ends the worker as if the machine had lost power, and answers its process id; dev starts another one.
    @discardableResult
    func killWorker() throws -> Int32? { try killService("worker") }

    /// The process id of the worker; nil while there is none.
    func workerID() throws -> Int32? { try serviceID("worker") }

    /// Ends the API, the worker or a server as if the machine had lost power; dev starts another one.
    @discardableResult
    func killService(_ name: String) throws -> Int32? {
        guard let id = try serviceID(name) else { return nil }
        kill(id, SIGKILL)
        return id
    }

    /// The process id of the first service whose name begins so; nil while there is none.
    private func serviceID(_ name: String) throws -> Int32? {
        let children = try Self.json("\(data)/dev-children.json").array ?? []
        let service = children.first { $0["name"]?.string?.hasPrefix(name) == true }
        return service?["id"]?.int.map { Int32($0) }
    }

    private static func json(_ path: String) throws -> JSON {
        try JSON(parsing: try Data(contentsOf: URL(filePath: path)))
    }

    /// A new tenant of the caller's own.
    func tenant() async throws -> Tenant {
        let answer = try await admin.post("/v1/tenants", ["name": .string("test \(UUIDv7.make())")])
        guard answer.status == 201, let tenant = Tenant(answer.json, base: url) else {
            throw UnexpectedAnswer(answer: answer)
        }
        return tenant
    }

    /// Returns when a finished job is in MongoDB only.
    func leftRedis(_ id: String, queue: String) async throws {
        while try await redis.send(["HEXISTS", "{hawser:\(queue)}:state", .string(id)]).int == 1 {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The files below a directory of the data, staged ones or objects.
    func files(below directory: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: "\(data)/\(directory)")?.allObjects as? [String] ?? []
        var isFolder: ObjCBool = false
        return paths.filter {
            FileManager.default.fileExists(atPath: "\(data)/\(directory)/\($0)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }
}
