import HawserTestSupport
import Testing

/// The testbed itself: others' suites rest on it.
@Suite struct TestMongoTests {
    @Test func becomesPrimaryAndComesBack() async throws {
        let mongo = try await TestMongo.start()
        await mongo.kill()
        try await mongo.restart()
        await mongo.stop()
    }
}
