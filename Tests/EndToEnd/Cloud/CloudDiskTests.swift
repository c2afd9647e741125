import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/cloud-disks`.
@Suite("cloud disks", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct CloudDiskTests {
    @Test("a disk through its life, each answer as the cloud has it")
    func life() async throws {
        try await CloudTenant.with { own in
            let made = try await own.change(
                "POST",
                "/cloud-disks",
                ["volume_name": "data", "volume_desc": "of a test", "cloud_disk_conf": ["size_in_g": 2]]
            )
            #expect(made.status == 200, "\(made)")
            #expect(made["code"] == 200)
            let disk = try #require(made["cloud_disk"])
            let id = try #require(disk["volume_id"]?.string)
            #expect(disk["volume_status"] == "available")
            #expect(disk["cloud_disk_conf"]?["size_in_g"] == 2)
            #expect(disk["volume_desc"] == "of a test")
            #expect(Timestamp(rfc3339: disk["created_time"]?.string ?? "") != nil)
            let volumes = try await own.volumes()
            #expect(volumes.count == 1)
            #expect(volumes[0]["metadata"]?["hawser_job"]?.string == made.job)
            #expect(try await own.get("/cloud-disks/\(id)").json["cloud_disk"] == disk)

            let named = try await own.change("PUT", "/cloud-disks/\(id)", ["volume_name": "new", "volume_desc": ""])
            #expect(named["cloud_disk"]?["volume_name"] == "new")
            #expect(named["cloud_disk"]?["volume_desc"] == "")
            let larger = try await own.change("POST", "/cloud-disks/\(id)/resize", Self.size(3))
            #expect(larger["cloud_disk"]?["cloud_disk_conf"]?["size_in_g"] == 3)
            #expect(larger["cloud_disk"]?["volume_name"] == "new")
            let again = try await own.change("POST", "/cloud-disks/\(id)/resize", Self.size(3))
            #expect(again.status == 200, "it is so already")
            let smaller = try await own.change("POST", "/cloud-disks/\(id)/resize", Self.size(1))
            #expect(smaller.status == 400)
            #expect(smaller.code == 50004)

            for _ in 0..<2 {
                let gone = try await own.change("DELETE", "/cloud-disks/\(id)")
                #expect(gone.status == 200)
                #expect(gone["volume_id"]?.string == id)
            }
            #expect(try await own.volumes().isEmpty)
            let missing = try await own.get("/cloud-disks/\(id)")
            #expect(missing.status == 404)
            #expect(missing.json["code"] == 50003)
        }
    }

    @Test("what can be seen to be wrong is refused before there is a job")
    func refusals() async throws {
        try await CloudTenant.with { own in
            let bad: [(String, String, JSON)] = [
                ("POST", "/cloud-disks", ["volume_name": "x"]),
                ("POST", "/cloud-disks", Self.size(0)),
                ("POST", "/cloud-disks", ["cloud_disk_conf": ["size_in_g": "2"]]),
                ("POST", "/cloud-disks", ["cloud_disk_conf": ["size_in_g": 1], "size": 1]),
                ("POST", "/cloud-disks", ["cloud_disk_conf": ["size_in_g": 1, "volume_tpye": "x"]]),
                ("PUT", "/cloud-disks/x", [:]),
                ("PUT", "/cloud-disks/x%20y", ["volume_name": "x"]),
                ("POST", "/cloud-disks/x/operate", ["instance_id": "x", "ops_type": "steal"]),
                ("POST", "/cloud-disks/x/operate", ["instance_id": "a/b", "ops_type": "attach"]),
                ("POST", "/cloud-disks/x/operate", ["ops_type": "attach"]),
            ]
            for (method, path, body) in bad {
                let refused = try await own.change(method, path, body)
                #expect(refused.status == 400, "\(method) \(path) \(body.text): \(refused)")
                #expect(refused.code == 10000)
                #expect(refused.job == nil)
            }
            let none = try await own.change("PUT", "/cloud-disks/no-such-disk", ["volume_name": "x"])
            #expect(none.status == 404)
            #expect(none.code == 50005)
        }
    }

    @Test("a quota that is used up and a disk that cannot be made end in a clean sentence, and nothing is left")
    func failures() async throws {
        try await CloudTenant.with { own in
            let large = try await own.change("POST", "/cloud-disks", Self.size(1_000_000))
            #expect(large.status == 403, "\(large)")
            #expect(large.code == 50001)
            let broken = try await CloudDev.with(fault: "volume.create", match: own.mark, fail: "disk on fire") {
                try await own.change(
                    "POST",
                    "/cloud-disks",
                    ["volume_name": .string(own.mark), "cloud_disk_conf": ["size_in_g": 1]]
                )
            }
            #expect(broken.status == 502 || broken.status == 409, "\(broken)")
            #expect(broken.code == 50001)
            #expect(!broken.json.text.contains("on fire"), "the cloud's own words are for operators")
            #expect(try await own.volumes().isEmpty)
        }
    }

    @Test("cancelled in the middle, nothing is left")
    func cancelled() async throws {
        try await CloudTenant.with { own in
            let outcome = try await CloudDev.with(fault: "volume.create", match: own.mark, delay: 4) {
                let job = try await own.submit(
                    "POST",
                    "/cloud-disks",
                    ["volume_name": .string(own.mark), "cloud_disk_conf": ["size_in_g": 1]]
                )
                _ = try await own.tenant.job(job, inState: "waiting")
                #expect(try await own.volumes().count == 1)
                _ = try await own.client.post("/v1/jobs/\(job)/cancel")
                return try await own.outcome(of: job)
            }
            #expect(outcome["state"] == "cancelled", "\(outcome)")
            #expect(outcome["error"]?["details"]?["not_undone"] == nil)
            #expect(try await own.volumes().isEmpty)
        }
    }

    static func size(_ size: Int64) -> JSON { ["cloud_disk_conf": ["size_in_g": .int(size)]] }
}
