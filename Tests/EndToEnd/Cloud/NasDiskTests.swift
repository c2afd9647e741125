import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/nas-disks`.
@Suite("NAS disks", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct NasDiskTests {
    @Test("a NAS disk through its life; nothing is left of it")
    func life() async throws {
        try await CloudTenant.with { own in
            let vpc = try await own.change("POST", "/vpcs", ["vpc_name": "nas", "subnet": "10.91.0.0/24"])
            let network = try #require(vpc["vpc"]?["vpc_id"]?.string)
            let made = try await own.change(
                "POST",
                "/nas-disks",
                ["share_name": "files", "share_size_in_g": 1, "network_id": .string(network)]
            )
            #expect(made.status == 200, "\(made)")
            let disk = try #require(made["nas_disk"])
            let id = try #require(disk["share_id"]?.string)
            #expect(disk["share_status"] == "available")
            #expect(disk["network_id"]?.string == network)
            #expect(disk["mount_point"]?.string?.isEmpty == false)
            #expect(disk["share_server_host"]?.string?.isEmpty == false)
            #expect(try await own.get("/nas-disks/\(id)").json["nas_disk"] == disk)
            #expect(try await own.get("/nas-disks/\(id)/mount-clients").json["instance_id"] == [])
            for _ in 0..<2 {
                let gone = try await own.change("DELETE", "/nas-disks/\(id)")
                #expect(gone.status == 200)
                #expect(gone["share_id"]?.string == id)
            }
            #expect(try await own.get("/nas-disks/\(id)").status == 404)
            let operators = SharedFileSystem(try await CloudDev.admin.value)
            #expect(try await operators.shareNetworks(network: network).isEmpty)
        }
    }

    @Test("what cannot be made is refused, and leaves nothing")
    func refusals() async throws {
        try await CloudTenant.with { own in
            let bad: [JSON] = [
                [:], ["share_name": "x", "share_size_in_g": 0, "network_id": "n"],
                ["share_name": "x", "share_size_in_g": 1, "network_id": "../n"],
                ["share_name": "x", "share_size_in_g": 1, "network_id": "n", "share_proto": "FTP"],
            ]
            for body in bad {
                let refused = try await own.change("POST", "/nas-disks", body)
                #expect(refused.status == 400)
                #expect(refused.code == 10000)
                #expect(refused.job == nil)
            }
            let unknown: JSON = [
                "share_name": "x", "share_size_in_g": 1, "network_id": "7c0c3a2e-0000-4000-8000-000000000000",
            ]
            let refused = try await own.change("POST", "/nas-disks", unknown)
            #expect(refused.status == 404)
            #expect(refused.code == 91013)
        }
    }
}
