import HawserCore
import HawserMetadata
import Testing

struct MongoURLTests {
    @Test(arguments: [
        "", "redis://127.0.0.1", "mongodb://", "mongodb://user:s3cr3t@", "mongodb://us er:s3cr3t@host:99999/",
        "mongodb://user:s3cr3t%@host/", "mongodb://user:s3/cr3t@host/",
        "mongodb://user:s3cr3t@host:port/db",
    ])
    func badURLsAreRefusedWithoutTheirSecrets(_ url: String) {
        let error = #expect(throws: MongoURLError.self) { try MongoDatabase(url: Secret(url)) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("mongodb://"))
        for secret in ["s3cr3t", "cr3t", "user:"] { #expect(!text.contains(secret), "\(text)") }
    }

    @Test func theDatabaseIsThePath() throws {
        #expect(try MongoDatabase(url: Secret("mongodb://127.0.0.1:1/ab")).name == "ab")
        #expect(try MongoDatabase(url: Secret("mongodb://127.0.0.1:1")).name == "hawser")
        #expect(try MongoDatabase(url: Secret("mongodb://127.0.0.1:1/?appname=x")).name == "hawser")
    }
}
