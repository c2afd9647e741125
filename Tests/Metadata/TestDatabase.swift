import HawserCore
import HawserMetadata
import HawserTestSupport

/// A database of the test's own on the shared server.
enum TestDatabase {
    static func make() async throws -> MongoDatabase {
        try await make(on: TestMongo.shared)
    }

    static func make(on server: TestMongo, options: MongoDatabase.Options = .forTests) throws -> MongoDatabase {
        let name = "test_\(Crypto.randomBytes(8).hex)"
        let url = Secret("mongodb://127.0.0.1:\(server.port)/\(name)?replicaSet=rs0")
        return try MongoDatabase(url: url, options: options)
    }
}
