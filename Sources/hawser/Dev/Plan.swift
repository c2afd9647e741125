import Foundation
import HawserCore

/// What a dev runs, and where.
struct Plan: Sendable {
    private let directory: DataDirectory
    private let configuration: Configuration
    private let workers: Int
    private let redis: DevRedis
    private let mongo: DevMongo
    private let secrets: DevSecrets
    private let listen: ListenAddress

    init(_ directory: DataDirectory, _ configuration: Configuration, workers: Int) throws {
        self.directory = directory
        self.configuration = configuration
        self.workers = workers
        secrets = try DevSecrets(directory, configuration)
        let ports = try DevPorts.load(directory)
        redis = DevRedis(
            directory: directory,
            port: ports.redis,
            password: secrets.redisPassword,
            program: configuration.redisServer
        )
        mongo = DevMongo(directory: directory, port: ports.mongo, program: configuration.mongod)
        // Port 0 is decided here and not by the API, because others must know it.
        let wanted = configuration.listen
        listen = ListenAddress(host: wanted.host, port: wanted.port == 0 ? try DevPorts.free() : wanted.port)
    }

    /// The services, in stages: those of one stage are started together, after those of the stage before are ready.
    func services(onChange: @escaping @Sendable (String, Int32?) -> Void) -> [[Service]] {
        let api = Service("api", grace: .seconds(15), onChange: onChange, isReady: isAPIReady) {
            try await own(["api"], log: "api")
        }
        let redisService = Service(
            "redis",
            grace: .seconds(15),
            onChange: onChange,
            isReady: redis.isReady,
            start: redis.start
        )
        let mongoService = Service(
            "mongod",
            grace: .seconds(30),
            onChange: onChange,
            isReady: mongo.isReady,
            start: mongo.start
        )
        let crew = (0..<workers).map { index in
            let name = "worker-\(index + 1)"
            return Service(name, grace: .seconds(20), onChange: onChange) { try await own(["worker"], log: name) }
        }
        return [[redisService, mongoService], [api], crew]
    }

    /// What `dev.json` tells.
    var announcement: JSON {
        [
            "api_url": .string(apiURL),
            "redis_url": .string(redis.url),
            "mongo_url": .string(mongo.url),
        ]
    }

    /// What is shown when all are ready.
    func banner(after time: Duration) -> String {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let key = configuration.adminKey == nil ? "cat \(directory.secrets)/admin-key" : "the one that was given"
        return """

            hawser dev is ready after \(String(format: "%.1f", seconds)) s

              API         \(apiURL)
              admin key   \(key)
              data        \(directory.path)
              logs        \(directory.logs)
              servers     \(directory.announcement)
              workers     \(workers)

            Ctrl-C ends it and keeps the data.

            """
    }

    /// Where a client on this machine reaches the API; an address that means all addresses is none to call.
    private var reachable: ListenAddress {
        switch listen.host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: listen.port)
        case "::": ListenAddress(host: "::1", port: listen.port)
        default: listen
        }
    }

    private var apiURL: String { "http://\(reachable)" }

    private func isAPIReady() async -> Bool {
        let question = "GET /healthz HTTP/1.1\r\nHost: \(reachable)\r\nConnection: close\r\n\r\n"
        return await Probe.ask(reachable, question, expecting: "HTTP/1.1 200 ")
    }

    /// Starts this program with another command.
    private func own(_ arguments: [String], log: String) async throws -> ChildProcess {
        try await ChildProcess.spawn(
            Self.program,
            arguments,
            environment: environment,
            output: .file(directory.log(of: log))
        )
    }

    /// This program: by its path, so that lists of processes read well; through this process when the file is gone,
    /// as after a new build.
    private static var program: String {
        let link = "/proc/\(getpid())/exe"
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            FileManager.default.isExecutableFile(atPath: path)
        else { return link }
        return path
    }

    /// The environment of API and workers: what dev was told, and where its servers are.
    private var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix(Setting.prefix) }
        environment.merge(configuration.environment) { _, given in given }
        environment["HAWSER_CONFIG"] = nil
        environment["HAWSER_DATA"] = directory.path
        environment["HAWSER_LISTEN"] = "\(listen)"
        environment["HAWSER_REDIS_URL"] = redis.url
        environment["HAWSER_MONGO_URL"] = mongo.url
        environment["HAWSER_ADMIN_KEY"] = secrets.adminKey.revealed
        environment["HAWSER_MASTER_KEY"] = secrets.masterKey.revealed
        return environment
    }
}
