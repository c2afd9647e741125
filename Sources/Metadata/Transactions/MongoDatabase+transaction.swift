import CMongoC
import Foundation
import HawserCore

extension MongoDatabase {
    /// How long a transaction that meets others is done again.
    public static let persistence = Duration.seconds(10)

    /// Does reads and writes of several documents as one: all of them, or none.
    ///
    /// - Parameters:
    ///   - name: what it is, for errors.
    ///   - persistence: how long it is done again when others are in the way; then it fails as they made it fail.
    ///   - body: the reads and writes; called again, from the beginning, when another transaction was in the way, so
    ///     it must do nothing else. It blocks a thread of the database's own.
    /// - Returns: what the body answers, when all is done and on the majority's disks.
    /// - Throws: what the body throws, with nothing done; `MetadataUnavailable` when it is not known whether it is done.
    public func transaction<Value: Sendable>(
        _ name: String,
        atMost persistence: Duration = persistence,
        _ body: @escaping @Sendable (MongoTransaction) throws -> Value
    ) async throws -> Value {
        let operation = MongoOperation(name: name, collection: "")
        let database = self.name
        return try await run(operation) { call in
            guard let session = mongoc_client_start_session(call.client, nil, call.error) else { throw call.failure }
            defer { mongoc_client_session_destroy(session) }
            let transaction = MongoTransaction(client: call.client, session: session, database: database)
            let end = ContinuousClock.now + persistence
            var pause = 1.0
            while true {
                try call.check(mongoc_client_session_start_transaction(session, nil, call.error))
                do {
                    let value = try body(transaction)
                    try Self.commit(session, operation, client: call.client)
                    return value
                } catch let conflict as MongoTransaction.Conflict {
                    Self.abort(session)
                    guard ContinuousClock.now < end else { throw conflict.cause }
                    // Apart from those it met; this thread may sleep.
                    usleep(UInt32(Double.random(in: 0.2...1) * pause * 1000))
                    pause = min(pause * 2, 50)
                } catch {
                    Self.abort(session)
                    throw error
                }
            }
        }
    }

    /// Ends a transaction; asked again when the answer was lost, which MongoDB takes as the same.
    private static func commit(_ session: OpaquePointer, _ operation: MongoOperation, client: OpaquePointer) throws {
        var attempt = 1
        while true {
            let call = MongoCall(operation, client: client)
            let isDone = try withExtendedLifetime(call) {
                if mongoc_client_session_commit_transaction(session, call.reply, call.error) { return true }
                if mongoc_error_has_label(call.reply, "TransientTransactionError") {
                    throw MongoTransaction.Conflict(cause: call.failure)
                }
                guard mongoc_error_has_label(call.reply, "UnknownTransactionCommitResult") else { throw call.failure }
                guard attempt < 3 else {
                    throw operation.unavailable("it is not known whether the transaction is done")
                }
                return false
            }
            if isDone { return }
            attempt += 1
        }
    }

    /// Gives a transaction up; one that MongoDB has given up already is no matter.
    private static func abort(_ session: OpaquePointer) {
        guard mongoc_client_session_in_transaction(session) else { return }
        _ = mongoc_client_session_abort_transaction(session, nil)
    }
}
