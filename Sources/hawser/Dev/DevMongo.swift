import CMongoC
import Foundation
import HawserCore

/// The MongoDB of a dev: a replica set of one, because transactions need a replica set.
///
/// It listens on loopback only.
struct DevMongo: Sendable {
    private static let pool = BlockingPool(name: "mongo", threads: 1)

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
        ]
        return try await ChildProcess.spawn(program, arguments, output: .file(directory.log(of: "mongod")))
    }

    /// Whether it takes writes; makes it a replica set when it is none yet.
    func isReady() async -> Bool {
        (try? await Self.pool.run { try becomePrimary() }) ?? false
    }

    /// One look at the server, and the one command that brings it nearer to taking writes.
    private func becomePrimary() throws -> Bool {
        mongoc_init()
        var problem = bson_error_t()
        let text = "mongodb://127.0.0.1:\(port)/?directConnection=true&serverSelectionTimeoutMS=1000"
        guard let uri = mongoc_uri_new_with_error(text, &problem) else { throw failure("url", problem) }
        defer { mongoc_uri_destroy(uri) }
        guard let client = mongoc_client_new_from_uri(uri) else { throw failure("client", problem) }
        defer { mongoc_client_destroy(client) }
        let hello = try command(client, #"{"hello": 1}"#)
        if hello["isWritablePrimary"]?.bool == true { return true }
        let members = #"[{"_id": 0, "host": "127.0.0.1:\#(port)"}]"#
        do {
            let known = try command(client, #"{"replSetGetConfig": 1}"#)["config"]
            let host = known?["members"]?.array?.first?["host"]?.string
            if host != "127.0.0.1:\(port)" {
                // The port had to change since the last start, and the set only knows the old one.
                let version = (known?["version"]?.int ?? 0) + 1
                _ = try command(
                    client,
                    #"{"replSetReconfig": {"_id": "hawser", "version": \#(version), "members": \#(members)}, "force": true}"#
                )
            }
        } catch let error as CommandFailure where error.description.contains("NotYetInitialized") {
            _ = try command(client, #"{"replSetInitiate": {"_id": "hawser", "members": \#(members)}}"#)
        }
        return false
    }

    /// Runs a command on the database `admin`.
    private func command(_ client: OpaquePointer, _ text: String) throws -> JSON {
        var problem = bson_error_t()
        guard let command = bson_new_from_json(text, -1, &problem) else { throw failure("command", problem) }
        defer { bson_destroy(command) }
        // A bson_t is 128 bytes aligned to as many (bson-types.h), which Swift does not import; the call fills it.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        defer { memory.deallocate() }
        let reply = OpaquePointer(memory)
        let isDone = mongoc_client_command_simple(client, "admin", command, nil, reply, &problem)
        defer { bson_destroy(reply) }
        guard let characters = bson_as_relaxed_extended_json(reply, nil) else { throw failure("reply", problem) }
        defer { bson_free(characters) }
        let answer = try JSON(parsing: Array(String(cString: characters).utf8))
        if isDone { return answer }
        throw failure(answer["codeName"]?.string ?? "command", problem)
    }

    private func failure(_ operation: String, _ problem: bson_error_t) -> CommandFailure {
        var problem = problem
        let message = withUnsafeBytes(of: &problem.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return CommandFailure(description: "mongod: \(operation): \(message)")
    }
}
