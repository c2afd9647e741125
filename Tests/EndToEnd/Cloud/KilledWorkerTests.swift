import HawserCore
import HawserHTTP
import Testing

/// A worker that is killed at any request leaves one of each resource, and none of what is cancelled.
@Suite(
    "killed workers",
    .enabled(if: CloudDev.isThere, CloudDev.reason),
    .serialized,
    .timeLimit(.minutes(15))
)
struct KilledWorkerTests {
    @Test("a disk is made once", arguments: KilledDev.Moment.allCases)
    func disk(moment: KilledDev.Moment) async throws {
        let killed = try await KilledDev.shared.value
        try await CloudTenant.with(killed.dev) { own in
            let worker = try killed.dev.workerID()
            killed.kill(at: "POST", "/volumes", moment)
            let made = try await own.change("POST", "/cloud-disks", CloudDiskTests.size(1))
            #expect(made.status == 200, "\(made)")
            let volumes = try await own.volumes()
            #expect(volumes.compactMap { $0["id"] } == [made["cloud_disk"]?["volume_id"]])
            #expect(try killed.dev.workerID() != worker, "it was killed")
        }
    }

    @Test(
        "an instance and its disks are made once",
        arguments: ["/volumes", "/servers", "/os-volume_attachments"],
        KilledDev.Moment.allCases
    )
    func instance(path: String, moment: KilledDev.Moment) async throws {
        let killed = try await KilledDev.shared.value
        try await CloudTenant.with(killed.dev) { own in
            let body = try await own.instance(
                on: try await own.network(),
                ["data_disks": [["size_in_g": 2], ["size_in_g": 3]]]
            )
            let worker = try killed.dev.workerID()
            killed.kill(at: "POST", path, moment)
            let made = try await own.change("POST", "/instances", body)
            #expect(made.status == 200, "\(made)")
            let servers = try await own.servers()
            #expect(servers.compactMap { $0["id"] } == [made["instance"]?["instance_id"]])
            let volumes = try await own.volumes()
            #expect(volumes.compactMap { $0["size"]?.int }.sorted() == [1, 2, 3])
            #expect(volumes.allSatisfy { $0["status"] == "in-use" })
            #expect(made["instance"]?["data_disks"]?.array?.count == 2)
            #expect(try killed.dev.workerID() != worker, "it was killed")
        }
    }

    @Test("a resize, a reboot and a deletion are done once", arguments: KilledDev.Moment.allCases)
    func changes(moment: KilledDev.Moment) async throws {
        let killed = try await KilledDev.shared.value
        try await CloudTenant.with(killed.dev) { own in
            let id = try await own.makeInstance()
            killed.kill(at: "POST", "/servers/\(id)/action", moment)
            let resized = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            #expect(resized["instance"]?["flavor"]?["flavor_id"] == "2", "\(resized)")
            #expect(resized["instance"]?["instance_status"] == "ACTIVE")
            killed.kill(at: "POST", "/servers/\(id)/action", moment)
            #expect(try await own.operate(id, "hardreboot").status == 200)
            let actions = try await own.list(.compute, "/servers/\(id)/os-instance-actions", "instanceActions")
            #expect(actions.filter { $0["action"] == "reboot" }.count == 1)
            #expect(actions.filter { $0["action"] == "resize" }.count == 1)
            killed.kill(at: "DELETE", "/servers/\(id)", moment)
            #expect(try await own.change("DELETE", "/instances/\(id)").status == 200)
            #expect(try await own.servers().isEmpty)
        }
    }

    @Test("cancelled while its worker is dead, nothing is left", arguments: ["/volumes", "/servers"])
    func cancelled(path: String) async throws {
        let killed = try await KilledDev.shared.value
        try await CloudTenant.with(killed.dev) { own in
            let body = try await own.instance(on: try await own.network(), ["data_disks": [["size_in_g": 2]]])
            killed.kill(at: "POST", path, .after)
            let before = try killed.dev.workerID()
            let job = try await own.submit("POST", "/instances", body)
            while try killed.dev.workerID() == before { try await Task.sleep(for: .milliseconds(20)) }
            _ = try await own.client.post("/v1/jobs/\(job)/cancel")
            let outcome = try await own.outcome(of: job)
            #expect(outcome["state"] == "cancelled", "\(outcome)")
            #expect(outcome["error"]?["details"]?["not_undone"] == nil, "\(outcome)")
            #expect(try await own.servers().isEmpty)
            #expect(try await own.volumes().isEmpty)
        }
    }
}
