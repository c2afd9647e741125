import CMongoC
public import HawserCore

/// A MongoDB database, used through the driver's client pool from threads of its own.
///
/// Writes are acknowledged by a majority and its journals, and retried once by the driver; reads go to the primary.
/// When MongoDB is down, every call fails with `MetadataUnavailable` within a second.
public final class MongoDatabase: Sendable {
    /// How a database is used.
    public struct Options: Sendable {
        /// Calls at a time, and with it connections and threads.
        public var poolSize = 16
        /// How long a call waits for a server that gives no sign of life, in milliseconds.
        public var patienceMilliseconds = 700
        /// How long to look for a server that can be asked, in milliseconds.
        public var selectionMilliseconds = 600
        /// How long to wait for a connection, in milliseconds.
        public var connectMilliseconds = 500
        /// After how long without a byte a connection is given up, in milliseconds.
        public var socketMilliseconds = 10_000

        /// The defaults.
        public init() {}
    }

    /// The name of the database.
    public let name: String
    private let client: MongoClient
    private let gate: CallGate

    /// A database by its URL; connects when it is first used.
    ///
    /// - Parameters:
    ///   - url: `mongodb://…`; the database is its path, `hawser` when it has none. Timeouts it names win over options.
    ///   - options: pool size and timeouts.
    /// - Throws: `MongoURLError` that says what is wrong with the URL but not what is in it.
    public init(url: Secret, options: Options = Options()) throws {
        let (client, database) = try MongoClient.make(url: url, options: options)
        self.client = client
        name = database ?? "hawser"
        gate = CallGate(threads: options.poolSize, patience: .milliseconds(options.patienceMilliseconds)) {
            try client.withClient { client in
                let call = MongoCall(MongoOperation(name: "ping", collection: ""), client: client)
                try withExtendedLifetime(call) {
                    let ping = try call.bson(["ping": 1])
                    try call.check(mongoc_client_command_simple(client, "admin", ping, nil, call.reply, call.error))
                }
            }
        }
    }

    /// A collection of this database.
    public func collection(_ name: String) -> MongoCollection {
        MongoCollection(database: self, name: name)
    }

    /// Returns when MongoDB answers.
    ///
    /// - Throws: `MetadataUnavailable` when it does not.
    public func ping() async throws {
        _ = try await command(["ping": 1], named: "ping")
    }

    /// Runs a command on this database.
    ///
    /// - Throws: `MetadataUnavailable`, or `MetadataError` when MongoDB refuses.
    public func command(_ command: BSONDocument) async throws -> BSONDocument {
        try await self.command(command, named: command.fields.first?.name ?? "command")
    }

    /// Runs a command that may take long (index builds), or whose error is to name a collection.
    func command(
        _ command: BSONDocument,
        named operation: String,
        collection: String = "",
        isHurried: Bool = true
    ) async throws -> BSONDocument {
        let operation = MongoOperation(name: operation, collection: collection)
        return try await run(operation, isHurried: isHurried) { [name] call in
            let command = try call.bson(command)
            try call.check(
                mongoc_client_command_simple(call.client, name, command, nil, call.reply, call.error)
            )
            return try call.replied()
        }
    }

    /// Runs a blocking call with a client of the pool, on a thread of its own.
    func run<Value: Sendable>(
        _ operation: MongoOperation,
        isHurried: Bool = true,
        _ body: @escaping @Sendable (MongoCall) throws -> Value
    ) async throws -> Value {
        try await gate.run(operation, isHurried: isHurried) { [client] in
            do {
                return try client.withClient { client in
                    let call = MongoCall(operation, client: client)
                    return try withExtendedLifetime(call) { try body(call) }
                }
            } catch let error as BSONFieldError {
                throw operation.error(.malformed, error.description)
            }
        }
    }
}
