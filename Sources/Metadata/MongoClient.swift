import CMongoC
import Foundation
import HawserCore

/// The driver's pool of clients.
// Sendable: the pool is a pointer that never changes; the driver documents it as safe to use from many threads.
final class MongoClient: @unchecked Sendable {
    private let pool: OpaquePointer

    private init(pool: OpaquePointer) {
        self.pool = pool
    }

    deinit {
        // Unsafe in name only: nobody else has the pointer any more. Destroying waits for the driver's threads, which the
        // thread of whoever let go last must not.
        nonisolated(unsafe) let pool = pool
        Thread.detachNewThread { mongoc_client_pool_destroy(pool) }
    }

    /// Lends a client of the pool to a blocking call; the caller's threads are no more than the pool's clients.
    func withClient<Value>(_ body: (OpaquePointer) throws -> Value) throws -> Value {
        guard let client = mongoc_client_pool_pop(pool) else {
            throw MongoOperation(name: "connect", collection: "").unavailable("no free connection")
        }
        defer { mongoc_client_pool_push(pool, client) }
        return try body(client)
    }

    /// The pool for a URL, and the database the URL names.
    static func make(url: Secret, options: MongoDatabase.Options) throws -> (MongoClient, database: String?) {
        MongoDriver.start()
        var error = bson_error_t()
        guard let uri = mongoc_uri_new_with_error(url.revealed, &error) else {
            throw MongoURLError(description: explain(&error))
        }
        defer { mongoc_uri_destroy(uri) }
        set(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, options.selectionMilliseconds)
        set(uri, MONGOC_URI_CONNECTTIMEOUTMS, options.connectMilliseconds)
        set(uri, MONGOC_URI_SOCKETTIMEOUTMS, options.socketMilliseconds)
        // One for each thread, and one for the gate's ping.
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_MAXPOOLSIZE, Int32(max(1, options.poolSize) + 1))
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, true)
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYREADS, true)
        let concern = mongoc_write_concern_new()
        defer { mongoc_write_concern_destroy(concern) }
        mongoc_write_concern_set_wmajority(concern, -1)
        mongoc_write_concern_set_journal(concern, true)
        mongoc_uri_set_write_concern(uri, concern)
        let preference = mongoc_read_prefs_new(MONGOC_READ_PRIMARY)
        defer { mongoc_read_prefs_destroy(preference) }
        mongoc_uri_set_read_prefs_t(uri, preference)
        guard let pool = mongoc_client_pool_new_with_error(uri, &error) else {
            throw MongoURLError(description: explain(&error))
        }
        mongoc_client_pool_set_error_api(pool, 2)
        if !mongoc_uri_has_option(uri, MONGOC_URI_APPNAME) { mongoc_client_pool_set_appname(pool, "hawser") }
        let database = mongoc_uri_get_database(uri).map { String(cString: $0) }
        return (MongoClient(pool: pool), database.flatMap { $0.isEmpty ? nil : $0 })
    }

    private static func set(_ uri: OpaquePointer, _ option: String, _ milliseconds: Int) {
        guard !mongoc_uri_has_option(uri, option) else { return }
        mongoc_uri_set_option_as_int32(uri, option, Int32(milliseconds))
    }

    /// The driver's words without anything it may quote of the URL.
    private static func explain(_ error: inout bson_error_t) -> String {
        let reason = String(cString: hawser_bson_error_message(&error))
        let isQuoting = reason.contains("://") && !reason.contains("expecting 'mongodb://'") || reason.contains("@")
        return "not a usable mongodb:// URL: \(isQuoting ? "the driver cannot read it" : reason)"
    }
}
