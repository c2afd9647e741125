import Foundation
import HawserCore
import HawserTestSupport
import Testing

@testable import HawserCloud

@Suite struct CloudsFileTests {
    private func failure(_ text: String, cloud: String? = nil, region: String? = nil) -> CloudsFileError? {
        do {
            _ = try CloudsFile(text: text).cloud(cloud, region: region)
            return nil
        } catch {
            return error as? CloudsFileError
        }
    }

    private func cloud(_ fields: String, auth: String = "username: u, password: p, project_name: x") throws
        -> CloudSettings
    {
        try CloudsFile(text: "clouds: {c: {auth: {auth_url: 'http://h/v3', \(auth)}, \(fields)}}").cloud()
    }

    @Test func aCloudIsReadWithAllItsFields() throws {
        let file = try CloudsFile(
            text: """
                clouds:
                  admin:
                    auth:
                      auth_url: https://keystone.example:5000/v3
                      username: admin
                      password: 12345
                      project_name: admin
                      user_domain_name: Users
                      project_domain_id: projects
                    region_name: RegionOne
                    interface: internalURL
                    identity_api_version: 3
                    compute_api_version: '2.60'
                    volume_endpoint_override: https://cinder.example/v3/%(project_id)s
                    shared-file-system-default-microversion: '2.40'
                    image_region_name: Images
                    network_interface: admin
                    cacert: /etc/ca.pem
                    cert: /etc/cert.pem
                    key: /etc/key.pem
                  other: {}
                """
        )
        #expect(file.names == ["admin", "other"])
        let cloud = try file.cloud("admin")
        #expect(cloud.credentials.authURL == "https://keystone.example:5000/v3")
        #expect(cloud.credentials.method == .password(.name("admin", domain: .name("Users")), Secret("12345")))
        #expect(cloud.credentials.scope == .projectNamed("admin", domain: .id("projects")))
        #expect(cloud.region == "RegionOne" && cloud.interface == .internal)
        #expect(cloud.services[.compute]?.microversion == Microversion(2, 60))
        #expect(cloud.services[.blockStorage]?.endpoint == "https://cinder.example/v3/%(project_id)s")
        #expect(cloud.services[.sharedFileSystem]?.microversion == Microversion(2, 40))
        #expect(cloud.services[.image]?.region == "Images" && cloud.services[.network]?.interface == .admin)
        #expect(cloud.tls.caFile == "/etc/ca.pem" && cloud.tls.certificateFile == "/etc/cert.pem")
        #expect(cloud.tls.keyFile == "/etc/key.pem" && cloud.tls.verifies)
        #expect(!"\(cloud)".contains("12345"))
    }

    @Test func thereAreSeveralWaysToLogIn() throws {
        #expect(
            try cloud("", auth: "user_id: u, password: p, project_id: x").credentials.method
                == .password(.id("u"), Secret("p"))
        )
        let token = try cloud("auth_type: token", auth: "token: t, project_id: x").credentials
        #expect(token.method == .token(Secret("t")) && token.scope == .project(id: "x"))
        let application = try cloud(
            "auth_type: v3applicationcredential",
            auth: "application_credential_id: i, application_credential_secret: s, project_name: ignored"
        )
        #expect(application.credentials.method == .applicationCredential(id: "i", Secret("s")))
        #expect(application.credentials.scope == .none)
        let named = try cloud(
            "",
            auth: "application_credential_name: n, application_credential_secret: s, username: u, user_domain_id: d"
        )
        #expect(named.credentials.method == .namedApplicationCredential("n", .name("u", domain: .id("d")), Secret("s")))
        #expect(try cloud("", auth: "username: u, password: p, system_scope: all").credentials.scope == .system)
        #expect(
            try cloud("", auth: "username: u, password: p, domain_name: d").credentials.scope == .domain(.name("d"))
        )
        #expect(try cloud("", auth: "username: u, password: p").credentials.scope == .none)
    }

    @Test func oldNamesAndPlacesAreKnown() throws {
        let cloud = try cloud(
            "auth_plugin: v3password, endpoint_type: adminURL, username: u, insecure: yes, password: p",
            auth: "tenant_name: x, domain_id: d"
        )
        #expect(cloud.credentials.method == .password(.name("u", domain: .id("d")), Secret("p")))
        #expect(cloud.credentials.scope == .projectNamed("x", domain: .id("d")))
        #expect(cloud.interface == .admin && !cloud.tls.verifies)
        #expect(try self.cloud("verify: false").tls.verifies == false)
        #expect(try self.cloud("insecure: 'True'").tls.verifies == false)
        #expect(throws: CloudsFileError.self) { try self.cloud("verify: 'False'") }
        // As openstacksdk has it: an id for both domains wins over the name of one.
        let domains = "username: u, password: p, project_name: x, domain_id: d, user_domain_name: n"
        #expect(
            try self.cloud("", auth: domains).credentials.method == .password(.name("u", domain: .id("d")), Secret("p"))
        )
        #expect(try self.cloud("verify: True").tls.verifies)
    }

    @Test func regionsAreChosenByName() throws {
        let text = """
            clouds:
              c:
                auth: {auth_url: http://h, username: u, password: p, project_name: x}
                interface: public
                regions:
                  - one
                  - name: two
                    values: {interface: admin, auth: {auth_url: http://two}}
            """
        let file = try CloudsFile(text: text)
        #expect(try file.regions(of: "c") == ["one", "two"])
        #expect(try file.cloud().region == "one" && file.cloud().interface == .public)
        let two = try file.cloud("c", region: "two")
        #expect(two.region == "two" && two.interface == .admin && two.credentials.authURL == "http://two")
        #expect(two.credentials.secret == Secret("p"))
        #expect(failure(text, region: "three")?.field == "clouds.c.regions")
        #expect(failure(text, region: "three")?.line == 5)
        #expect(try cloud("region_name: 'a,b'").region == "a")
        // A single one is the first of the catalogue's; a list leaves no others.
        let single = "clouds: {c: {auth: {auth_url: 'http://c', username: u, password: p}, region_name: one}}"
        let open = try CloudsFile(text: single)
        #expect(try open.cloud("c", region: "two").region == "two")
        #expect(try open.leaves("two", of: "c") && !open.leaves("one", of: "c"))
        #expect(try !file.leaves("three", of: "c"))
        #expect(failure(single.replacing("region_name: one", with: "region_name: 'one,two'"), region: "three") != nil)
        #expect(failure(single.replacing("region_name: one", with: "regions: [one]"), region: "two") != nil)
        #expect(try cloud("").region == nil)
    }

    @Test func secretsAndProfilesBesideItAreMerged() throws {
        let folder = try TestDirectory("clouds")
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
        }
        try write(
            "clouds.yaml",
            "clouds: {c: {profile: vendor, auth: {username: u, project_name: x}, region_name: mine}}"
        )
        try write("secure.yaml", "clouds: {c: {auth: {password: hidden}}}")
        try write(
            "clouds-public.yaml",
            "public-clouds: {vendor: {auth: {auth_url: 'http://vendor/v3', username: no}, region_name: theirs, interface: internal}}"
        )
        let cloud = try CloudsFile(path: folder.file("clouds.yaml")).cloud("c")
        #expect(cloud.credentials.authURL == "http://vendor/v3" && cloud.credentials.subject == "u")
        #expect(cloud.credentials.secret == Secret("hidden"))
        #expect(cloud.region == "mine" && cloud.interface == .internal)
        try write("secure.yaml", "clouds:\n  c:\n    auth: {password: [hidden]}")
        do {
            _ = try CloudsFile(path: folder.file("clouds.yaml")).cloud("c")
            Issue.record("a list is no password")
        } catch let error as CloudsFileError {
            #expect(error.file.hasSuffix("secure.yaml") && error.line == 3 && !"\(error)".contains("hidden"))
        }
    }

    @Test(
        arguments: [
            ("clouds: [1]", "clouds", nil), ("x: 1", "clouds", nil), ("clouds: {c: 1}", "clouds.c", 1),
            ("clouds:\n  c:\n    auth: {username: u, password: p}", "clouds.c.auth.auth_url", 3),
            (
                "clouds:\n  c:\n    auth:\n      auth_url: ftp://h\n      username: u\n      password: hunter2",
                "clouds.c.auth.auth_url", 4
            ),
            ("clouds:\n  c:\n    auth: {auth_url: 'http://h', username: u}", "clouds.c.auth.password", 3),
            ("clouds:\n  c:\n    auth: {auth_url: 'http://h', password: hunter2}", "clouds.c.auth.username", 3),
            ("clouds:\n  c:\n    auth_type: v2password\n    auth: {auth_url: 'http://h'}", "clouds.c.auth_type", 3),
            (
                "clouds:\n  c:\n    auth:\n      auth_url: http://h\n      username: u\n      password: [hunter2]",
                "clouds.c.auth.password", 6
            ),
            (
                "clouds:\n  c:\n    interface: hunter2\n    auth: {auth_url: 'http://h', username: u, password: p}",
                "clouds.c.interface", 3
            ),
            (
                "clouds:\n  c:\n    compute_default_microversion: latest\n    auth: {auth_url: 'http://h', username: u, password: p}",
                "clouds.c.compute_default_microversion", 3
            ),
            (
                "clouds:\n  c:\n    auth: {auth_url: 'http://h', username: u, password: p, system_scope: hunter2}",
                "clouds.c.auth.system_scope", 3
            ),
        ] as [(String, String, Int?)]
    )
    func errorsNameFileLineAndFieldButNoSecret(text: String, field: String, line: Int?) {
        let error = failure(text)
        #expect(
            error?.file == "clouds.yaml" && error?.field == field && error?.line == line,
            "\(String(describing: error))"
        )
        #expect(error.map { "\($0)" }?.contains("hunter2") == false)
    }

    @Test func theCloudMustBeNamedWhenThereAreSeveral() {
        #expect(failure("clouds: {a: {}, b: {}}")?.reason.contains("name the cloud") == true)
        #expect(failure("clouds: {a: {}, b: {}}", cloud: "c")?.reason.contains("a, b") == true)
        let missing = #expect(throws: CloudsFileError.self) { try CloudsFile(path: "/nonexistent/clouds.yaml") }
        #expect(missing?.reason.contains("No such file") == true)
    }
}
