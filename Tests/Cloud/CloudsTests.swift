import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserCloud

/// Tenants of several clouds of one `clouds.yaml`; nobody answers at any of them.
@Suite struct CloudsTests {
    private static let masterKey = Crypto.randomBytes(32)

    private static func account(_ tenant: String, in cloud: String) throws -> CloudAccount {
        CloudAccount(
            tenant: tenant,
            cloud: cloud,
            domainID: "d",
            projectID: "p-\(tenant)",
            userID: "u-\(tenant)",
            roleID: "r",
            sealedPassword: try Crypto.seal(
                Array("pw".utf8),
                key: masterKey,
                context: CloudAccount.context(of: tenant)
            ),
            created: .now
        )
    }

    @Test func aTenantStaysInTheCloudItWasMadeIn() async throws {
        let directory = try TestDirectory("clouds")
        let path = directory.file("clouds.yaml")
        let text = """
            clouds:
              old:
                auth: {auth_url: http://127.0.0.1:1/old, username: operator-of-old, password: a, project_name: x}
                regions: [north, south]
              new:
                auth: {auth_url: http://127.0.0.1:1/new, username: operator-of-new, password: b, project_name: x}
                region_name: east
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let mongo = try await TestMongo.shared
        let database = try MongoDatabase(
            url: Secret("mongodb://127.0.0.1:\(mongo.port)/clouds_\(Crypto.randomBytes(8).hex)?replicaSet=rs0"),
            options: .forTests
        )
        let accounts = CloudAccountCollection(database)
        for cloud in ["old", "new", "gone"] { try await accounts.put(Self.account("in-\(cloud)", in: cloud)) }
        let clouds = try Clouds(
            path: path,
            name: "new",
            accounts: accounts,
            masterKey: Self.masterKey,
            client: TestCloud.client
        )

        #expect(try clouds.operatorSession().settings.credentials.subject == "operator-of-new")
        for (cloud, region) in [("old", "south"), ("new", "east")] {
            let session = try await clouds.session(of: "in-\(cloud)", region: region)
            #expect(session.settings.name == cloud && session.settings.region == region)
            #expect(session.settings.credentials.authURL == "http://127.0.0.1:1/\(cloud)")
            #expect(session.settings.credentials.subject == "u-in-\(cloud)")
            let beside = try clouds.operatorSession(beside: session)
            #expect(beside.settings.credentials.subject == "operator-of-\(cloud)")
            #expect(beside.settings.region == region)
        }
        #expect(try await clouds.session(of: "in-old").settings.region == "north")
        await #expect(throws: CloudsFileError.self) { try await clouds.session(of: "in-old", region: "east") }
        // Only the catalogue could say, and it cannot be asked: a change is accepted all the same.
        #expect(try await clouds.session(of: "in-new", region: "west").settings.region == "west")
        let gone = await #expect(throws: NoCloudAccount.self) { try await clouds.session(of: "in-gone") }
        #expect(gone?.cloud == "gone" && gone?.description.contains("gone") == true)
        let none = await #expect(throws: NoCloudAccount.self) { try await clouds.session(of: "nobody") }
        #expect(none?.cloud == nil)
    }
}
