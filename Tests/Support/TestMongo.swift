/// A real mongod of the tests' own: a replica set of one, on a free port.
public struct TestMongo: TestServer {
    private static let listening = "\"Waiting for connections\""
    private static let primary = "\"Transition to primary complete"
    private static let sharedStart = Task { try await TestMongo.start() }

    /// One server for the whole test process, started by its first user; use a database name of your own.
    public static var shared: TestMongo {
        get async throws { try await sharedStart.value }
    }

    /// Its process, and how to start that again.
    public let instance: ServerInstance

    /// Starts a server and waits until it is the primary of its replica set; it ends with `stop` or `kill`, or else with this process.
    ///
    /// - Parameters:
    ///   - arguments: more of mongod's arguments.
    ///   - transactionSeconds: how long it holds what a process touched that died in a transaction.
    /// - Returns: the running server.
    /// - Throws: `ServerError` when there is no mongod, or with its last lines when it does not come up.
    public static func start(arguments: [String] = [], transactionSeconds: Int = 5) async throws -> TestMongo {
        let program = try await MongoProgram.path
        let instance = try await ServerInstance.start("mongo", ready: primary, listening: listening) {
            port,
            directory in
            [
                program, "--port", "\(port)", "--bind_ip", "127.0.0.1", "--unixSocketPrefix", directory.path,
                "--dbpath", directory.path, "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25",
                "--oplogSize", "64", "--setParameter", "diagnosticDataCollectionEnabled=false",
                "--setParameter", "transactionLifetimeLimitSeconds=\(transactionSeconds)",
            ] + arguments
        } prepare: { port in
            try ReplicaSet.initiate(port: port)
        }
        return TestMongo(instance: instance)
    }

    /// Its URL, without a database.
    public var url: String { "mongodb://127.0.0.1:\(port)/?replicaSet=rs0" }
}
