import HawserCore

/// The MongoDB of a dev: a replica set of one, because transactions need a replica set.
///
/// It listens on loopback only.
struct DevMongo: Sendable {
    let directory: DataDirectory
    let port: UInt16
    let program: String

    /// Where it is.
    var url: String { "mongodb://127.0.0.1:\(port)/hawser?replicaSet=hawser" }

    /// Starts it.
    func start() async throws -> ChildProcess {
        let arguments = [
            "--replSet", "hawser", "--bind_ip", "127.0.0.1", "--port", "\(port)", "--dbpath", directory.mongo,
            "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--setParameter",
            "diagnosticDataCollectionEnabled=false",
            // What a process that dies in a transaction has touched is held as long as this; 60 by itself.
            "--setParameter", "transactionLifetimeLimitSeconds=5",
        ]
        return try await ChildProcess.spawn(program, arguments, output: .file(directory.log(of: "mongod")))
    }

    /// Whether it takes writes; makes it a replica set when it is none yet.
    func isReady() async -> Bool {
        do {
            return try await becomePrimary()
        } catch {
            Log("dev").debug("mongod is not ready", ["error": "\(error)"])
            return false
        }
    }

    /// One look at the server, and the one command that brings it nearer to taking writes.
    private func becomePrimary() async throws -> Bool {
        // Directly, because a set that is not initiated has no primary to be found.
        let direct = Secret("mongodb://127.0.0.1:\(port)/?directConnection=true")
        let hello = try await MongoCommand.run(#"{"hello": 1}"#, at: direct)
        if hello["isWritablePrimary"]?.bool == true { return true }
        let host = "127.0.0.1:\(port)"
        let members: JSON = [["_id": 0, "host": .string(host)]]
        let known: JSON?
        do {
            known = try await MongoCommand.run(#"{"replSetGetConfig": 1}"#, at: direct)["config"]
        } catch let error as MongoCommand.Failure where error.name == "NotYetInitialized" {
            let command: JSON = ["replSetInitiate": ["_id": "hawser", "members": members]]
            _ = try await MongoCommand.run(command.text, at: direct)
            return false
        }
        if let known, known["members"]?.array?.first?["host"]?.string != host {
            // The port had to change since the last start, and the set only knows the old one.
            let version = JSON.int((known["version"]?.int ?? 0) + 1)
            let set = JSON.object(["_id": "hawser", "version": version, "members": members]).text
            _ = try await MongoCommand.run(#"{"replSetReconfig": \#(set), "force": true}"#, at: direct)
        }
        return false
    }
}
