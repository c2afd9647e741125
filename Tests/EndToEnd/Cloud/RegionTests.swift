import Foundation
import HawserCloud
import HawserCore
import HawserTestSupport
import Testing

/// Several regions of a real cloud through the REST API.
@Suite("regions", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct RegionTests {
    @Test("clouds.yaml names the regions: a network and an instance in the second one, with the token of the first")
    func listed() async throws {
        try await SecondRegion.with { region in
            let (text, identity) = try await Self.clouds("regions: [RegionOne, \(region.name)]")
            let directory = try TestDirectory("clouds")
            let path = directory.file("clouds.yaml")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let dev = try await Dev(settings: ["HAWSER_CLOUDS": path])
            try await CloudTenant.with(dev) { own in
                let first = try await own.get("/flavors")
                #expect(first.status == 200, "\(first)")
                let logins = Self.logins(identity)
                let second = try await own.get("/flavors?region=\(region.name)")
                #expect(second.json == first.json)
                #expect(Self.logins(identity) == logins, "one token serves both regions")
                #expect(region.seen(.compute).contains { $0.hasPrefix("GET ") && $0.hasSuffix("/flavors/detail") })

                let here: JSON = .string(region.name)
                let vpc = try await own.change(
                    "POST",
                    "/vpcs",
                    ["vpc_name": .string(own.mark), "subnet": "10.9.0.0/24", "region": here]
                )
                #expect(vpc["vpc"]?["region"] == here, "\(vpc)")
                let images = try await own.get("/images?region=\(region.name)").json["images"]?.array ?? []
                let made = try await own.change(
                    "POST",
                    "/instances",
                    [
                        "instance_name": .string(own.mark), "region": here, "flavor_ref": "1",
                        "image_ref": images.first { $0["image_name"] == "tiny" }?["image_id"] ?? .null,
                        "network_uuid": vpc["vpc"]?["vpc_id"] ?? .null, "data_disks": [["size_in_g": 1]],
                    ]
                )
                #expect(made.status == 200, "\(made)")
                let instance = made["instance"]
                #expect(instance?["region"] == here && instance?["instance_status"] == "ACTIVE", "\(made)")
                #expect(region.seen(.compute).filter { $0.hasSuffix("POST /v2.1/servers") }.count == 1)
                #expect(region.seen(.blockStorage).contains { $0.hasPrefix("POST ") && $0.hasSuffix("/volumes") })
                #expect(region.seen(.network).contains("POST /v2.0/routers"))
                let id = try #require(instance?["instance_id"]?.string)
                let read = try await own.get("/instances/\(id)?region=\(region.name)")
                #expect(read.json["instance"]?["region"] == here)
                let count = region.seen(.compute).count
                #expect(try await own.get("/instances/\(id)").json["instance"]?["region"] == "RegionOne")
                #expect(region.seen(.compute).count == count, "what names no region is asked in the first one")
                #expect(try await own.change("DELETE", "/instances/\(id)?region=\(region.name)").status == 200)
                try await refuses("Nowhere", own)
            }
        }
    }

    @Test("clouds.yaml names the first region: the others are those of the catalogue")
    func fromTheCatalogue() async throws {
        try await SecondRegion.with { region in
            try await CloudTenant.with { own in
                #expect(try await own.get("/flavors?region=\(region.name)").status == 200)
                #expect(!region.seen(.compute).isEmpty)
                try await refuses("Nowhere", own)
            }
        }
    }

    /// Checks that a region that is none is refused by reads and changes, named, and makes no job.
    private func refuses(_ region: String, _ own: CloudTenant) async throws {
        let before = try await own.client.get("/v1/jobs").json["jobs"]?.array?.count
        for path in ["/flavors", "/vpcs/n", "/instances/i"] {
            let answer = try await own.get("\(path)?region=\(region)")
            #expect(answer.status == 400 && answer.json["code"] == 10000, "\(answer)")
            #expect(answer.json["msg"]?.string?.contains("region is not known") == true, "\(answer)")
        }
        let vpc: JSON = ["vpc_name": "x", "subnet": "10.9.0.0/24", "region": .string(region)]
        for refused in [
            try await own.change("POST", "/vpcs", vpc),
            try await own.change("DELETE", "/instances/i?region=\(region)"),
        ] {
            #expect(refused.status == 400 && refused.code == 10000 && refused.job == nil, "\(refused)")
            #expect(refused["msg"]?.string?.contains("region is not known") == true)
        }
        #expect(try await own.client.get("/v1/jobs").json["jobs"]?.array?.count == before)
    }

    /// The test cloud's `clouds.yaml` with other regions, and with a proxy before Keystone that counts.
    private static func clouds(_ regions: String) async throws -> (text: String, identity: FaultProxy) {
        let settings = try await CloudDev.admin.value.settings
        let url = settings.credentials.authURL
        let port = try #require(URLComponents(string: url)?.port)
        let proxy = try FaultProxy(before: UInt16(port))
        let original = try String(contentsOfFile: CloudDev.file(), encoding: .utf8)
        let text = original.replacing(url, with: url.replacing(":\(port)", with: ":\(proxy.port)"))
            .replacing(/region_name: .*/, with: regions)
        return (text, proxy)
    }

    private static func logins(_ identity: FaultProxy) -> Int {
        identity.seen.filter { $0.method == "POST" && $0.path.hasSuffix("/auth/tokens") }.count
    }
}
