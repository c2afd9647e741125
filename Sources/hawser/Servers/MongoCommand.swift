import CMongoC
import HawserCore
import HawserMetadata

/// Runs single commands on MongoDB's database `admin`: those of an operator, which no room needs.
///
/// `HawserMetadata` sends every command with its write concern, which `hello` and the `replSet…` commands refuse.
enum MongoCommand {
    private static let pool = BlockingPool(name: "mongo", threads: 2)

    /// A command that MongoDB refused, or that did not reach it.
    struct Failure: Error, CustomStringConvertible {
        /// MongoDB's name of the error, when it answered: `NotYetInitialized`.
        let name: String?
        let description: String
    }

    /// Runs a command and answers its reply.
    ///
    /// - Parameters:
    ///   - command: the command in MongoDB's extended JSON.
    ///   - url: where the server is.
    /// - Returns: the reply.
    /// - Throws: `Failure`, without the URL in it.
    static func run(_ command: String, at url: Secret) async throws -> JSON {
        try await pool.run { try send(command, to: url) }
    }

    private static func send(_ text: String, to url: Secret) throws -> JSON {
        MongoDriver.start()
        var problem = bson_error_t()
        guard let uri = mongoc_uri_new_with_error(url.revealed, &problem) else {
            // The driver's words may repeat the URL.
            throw Failure(name: nil, description: "mongodb: the URL cannot be used")
        }
        defer { mongoc_uri_destroy(uri) }
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 1000)
        guard let client = mongoc_client_new_from_uri(uri) else {
            throw Failure(name: nil, description: "mongodb: the URL cannot be used")
        }
        defer { mongoc_client_destroy(client) }
        guard let command = bson_new_from_json(text, -1, &problem) else { throw failure(nil, &problem) }
        defer { bson_destroy(command) }
        guard let reply = hawser_bson_child_new() else { throw failure(nil, &problem) }
        defer { hawser_bson_child_free(reply) }
        // The call fills the reply in every case.
        let isDone = mongoc_client_command_simple(client, "admin", command, nil, reply, &problem)
        defer { bson_destroy(reply) }
        guard let characters = bson_as_relaxed_extended_json(reply, nil) else { throw failure(nil, &problem) }
        defer { bson_free(characters) }
        let answer = try JSON(parsing: Array(String(cString: characters).utf8))
        if isDone { return answer }
        throw failure(answer["codeName"]?.string, &problem)
    }

    private static func failure(_ name: String?, _ problem: inout bson_error_t) -> Failure {
        Failure(name: name, description: "mongodb: \(String(cString: hawser_bson_error_message(&problem)))")
    }
}
