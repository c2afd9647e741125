import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// `/iaas/v1/instances`, and cloud disks at them.
@Suite("instances", .enabled(if: CloudDev.isThere, CloudDev.reason), .timeLimit(.minutes(15)))
struct InstanceTests {
    @Test("an instance with two data disks through its life")
    func life() async throws {
        try await CloudTenant.with { own in
            let network = try await own.network()
            let made = try await own.change(
                "POST",
                "/instances",
                try await own.instance(
                    on: network,
                    [
                        "data_disks": [["size_in_g": 1], ["size_in_g": 2]], "security_group_name": ["default"],
                        "hypervisor_hostname": "inside", "availability_zone": "nova",
                    ]
                )
            )
            #expect(made.status == 200, "\(made)")
            let instance = try #require(made["instance"])
            let id = try #require(instance["instance_id"]?.string)
            #expect(instance["instance_status"] == "ACTIVE")
            #expect(instance["instance_addr"]?.string?.hasPrefix("10.77.0.") == true)
            #expect(instance["flavor"]?["flavor_name"] == "m1.tiny")
            #expect(instance["system_disk"]?["size_in_g"] == 1)
            #expect(instance["data_disks"]?.array?.map { $0["size_in_g"] } == [1, 2])
            #expect(instance["network_uuid"]?.string == network)
            #expect(instance["security_group_name"] == ["default"])
            #expect(instance["hypervisor_hostname"] == "inside")
            #expect(instance["availability_zone"] == "nova")
            #expect(instance["instance_name"]?.string == own.mark)
            #expect(try await own.servers().first?["metadata"]?["hawser_job"]?.string == made.job)
            let shown = try await own.get("/instances/\(id)")
            #expect(shown.json["instance"] == instance)
            let image = try await own.image("tiny")
            #expect(instance["image_ref"]?.string == image)

            let states = [
                ("stop", "SHUTOFF"), ("stop", "SHUTOFF"), ("start", "ACTIVE"), ("suspend", "SUSPENDED"),
                ("resume", "ACTIVE"), ("softreboot", "ACTIVE"), ("HardReboot", "ACTIVE"), ("start", "ACTIVE"),
            ]
            for (operation, status) in states {
                let done = try await own.operate(id, operation)
                #expect(done.status == 200, "\(operation): \(done)")
                #expect(done["operate_type"]?.string == operation.lowercased())
                #expect(try await own.servers().first?["status"]?.string == status, "\(operation)")
            }
            let odd = try await own.operate(id, "explode")
            #expect(odd.status == 400)
            #expect(odd.code == 40108)

            let resized = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            #expect(resized.status == 200, "\(resized)")
            #expect(resized["instance"]?["flavor"]?["flavor_name"] == "m1.small")
            #expect(resized["instance"]?["instance_status"] == "ACTIVE")

            #expect(try await own.change("DELETE", "/instances/\(id)").status == 200)
            #expect(try await own.change("DELETE", "/instances/\(id)").status == 200, "it is so already")
            #expect(try await own.servers().isEmpty)
            let left = try await own.volumes().compactMap { $0["size"]?.int }.sorted()
            #expect(left == [1, 2], "data disks stay, the system disk does not")
        }
    }

    @Test("a stopped instance is resized and stays stopped; a suspended one is not")
    func resizing() async throws {
        try await CloudTenant.with { own in
            let id = try await own.makeInstance()
            _ = try await own.operate(id, "stop")
            let resized = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            #expect(resized["instance"]?["instance_status"] == "SHUTOFF", "\(resized)")
            let again = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            #expect(again.status == 200, "it is so already")
            _ = try await own.operate(id, "start")
            _ = try await own.operate(id, "suspend")
            let refused = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "1"])
            #expect(refused.status == 409)
            #expect(refused.code == 40110)
            let stop = try await own.operate(id, "softreboot")
            #expect(stop.status == 409, "\(stop)")
            #expect(stop.code == 40109)
            _ = try await own.operate(id, "resume")
            let impossible = try await own.withFlavorForNoHost { flavor in
                try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": .string(flavor)])
            }
            #expect(impossible.status >= 400, "\(impossible)")
            #expect(impossible.code == 40105)
            #expect(try await own.servers().first?["status"] == "ACTIVE")
        }
    }

    @Test("a disk is attached, made larger in use, and detached")
    func disks() async throws {
        try await CloudTenant.with { own in
            let id = try await own.makeInstance()
            let made = try await own.change("POST", "/cloud-disks", CloudDiskTests.size(1))
            let disk = try #require(made["cloud_disk"]?["volume_id"]?.string)
            for word in ["Attach", "attach"] {
                let attached = try await own.change("POST", "/cloud-disks/\(disk)/operate", Self.operation(word, id))
                #expect(attached.status == 200, "\(attached)")
                #expect(attached["cloud_disk"]?["volume_status"] == "in-use")
                #expect(attached["cloud_disk"]?["attach_instance_id"]?.string == id)
                #expect(attached["cloud_disk"]?["attach_instance_device"]?.string?.hasPrefix("/dev/") == true)
            }
            let larger = try await own.change("POST", "/cloud-disks/\(disk)/resize", CloudDiskTests.size(2))
            #expect(larger.status == 200, "\(larger)")
            #expect(larger["cloud_disk"]?["cloud_disk_conf"]?["size_in_g"] == 2)
            #expect(larger["cloud_disk"]?["volume_status"] == "in-use")
            let refused = try await own.change("DELETE", "/cloud-disks/\(disk)")
            #expect(refused.status == 409, "\(refused)")
            #expect(refused.code == 50002)
            for word in ["DETACH", "detach"] {
                let detached = try await own.change("POST", "/cloud-disks/\(disk)/operate", Self.operation(word, id))
                #expect(detached.status == 200, "\(detached)")
                #expect(detached["cloud_disk"]?["volume_status"] == "available")
                #expect(detached["cloud_disk"]?["attach_instance_id"] == "")
            }
            let nowhere = try await own.change(
                "POST",
                "/cloud-disks/\(disk)/operate",
                Self.operation("attach", "no-such-server")
            )
            #expect(nowhere.status == 404, "\(nowhere)")
            #expect(nowhere.code == 50006)
            let failed = try await CloudDev.with(fault: "volume.attach", match: disk, fail: "no way") {
                try await own.change("POST", "/cloud-disks/\(disk)/operate", Self.operation("attach", id))
            }
            #expect(failed.status == 502, "\(failed)")
            #expect(failed.code == 50006)
            #expect(try await own.get("/cloud-disks/\(disk)").json["cloud_disk"]?["volume_status"] == "available")
        }
    }

    @Test("an instance that cannot be made ends in a clean sentence, and nothing is left")
    func failures() async throws {
        try await CloudTenant.with { own in
            let network = try await own.network()
            let disks: JSON = [["size_in_g": 1]]
            let cases: [([String: JSON], Int, Int, String)] = [
                (["flavor_ref": "6", "data_disks": disks], 403, 40102, "quota"),
                (["flavor_ref": "no-such"], 404, 40102, "flavor_ref"),
                (["image_ref": "no-such"], 404, 40102, "image_ref"),
                (["network_uuid": "no-such"], 404, 40102, "network_uuid"),
                (
                    ["image_ref": .string(try await own.image("test.big")), "system_disk": ["size_in_g": 1]],
                    400, 40102, "GiB at least"
                ),
                (["data_disks": [["size_in_g": 1_000_000]]], 403, 40101, "quota"),
                (["security_group_name": ["no-such"], "data_disks": disks], 400, 40102, ""),
            ]
            for (more, status, code, words) in cases {
                let failed = try await own.change("POST", "/instances", try await own.instance(on: network, more))
                #expect(failed.status == status, "\(more): \(failed)")
                #expect(failed.code == code, "\(more): \(failed)")
                #expect(words.isEmpty || failed["msg"]?.string?.contains(words) == true, "\(more): \(failed)")
                #expect(failed["error"]?["details"]?["not_undone"] == nil)
            }
            let nowhere = try await own.withFlavorForNoHost { flavor in
                let more: [String: JSON] = [
                    "flavor_ref": .string(flavor), "system_disk": ["size_in_g": 1], "data_disks": disks,
                ]
                return try await own.change("POST", "/instances", try await own.instance(on: network, more))
            }
            #expect(nowhere.status == 409, "\(nowhere)")
            #expect(nowhere.code == 40102)
            #expect(nowhere["msg"]?.string?.contains("no host") == true, "\(nowhere)")
            #expect(try await own.servers().isEmpty)
            #expect(try await own.volumes().isEmpty)
        }
    }

    @Test("what the cloud accepts and then fails at is told as a failure, without the cloud's own words")
    func faults() async throws {
        try await CloudTenant.with { own in
            let body = try await own.instance(on: try await own.network(), ["data_disks": [["size_in_g": 1]]])
            let unbuilt = try await CloudDev.with(fault: "server.spawn", match: own.mark, fail: "it burns") {
                try await own.change("POST", "/instances", body)
            }
            #expect(unbuilt.status == 502, "\(unbuilt)")
            #expect(unbuilt.code == 40102)
            #expect(!unbuilt.json.text.contains("burns"))
            #expect(try await own.servers().isEmpty)
            #expect(try await own.volumes().isEmpty)
            let made = try await own.change("POST", "/instances", body)
            let id = try #require(made["instance"]?["instance_id"]?.string, "\(made)")
            let disk = try #require(made["instance"]?["data_disks"]?[0]?["volume_id"]?.string)
            let running = try await CloudDev.with(fault: "server.stop", match: own.mark, fail: "it burns") {
                try await own.operate(id, "stop")
            }
            #expect(running.status == 502, "\(running)")
            #expect(running.code == 40109)
            let small = try await CloudDev.with(fault: "volume.extend", match: disk, fail: "it burns") {
                try await own.change("POST", "/cloud-disks/\(disk)/resize", CloudDiskTests.size(2))
            }
            #expect(small.status == 502, "\(small)")
            #expect(small.code == 50004)
            let stuck = try await CloudDev.with(fault: "server.finish_migration", match: own.mark, fail: "it burns") {
                try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            }
            #expect(stuck.status == 502, "\(stuck)")
            #expect(stuck.code == 40105)
            #expect(try await own.change("DELETE", "/instances/\(id)").status == 200)
        }
    }

    @Test("two changes of one instance at a time: the second waits its turn")
    func turns() async throws {
        try await CloudTenant.with { own in
            let id = try await own.makeInstance()
            var jobs: [String] = []
            for operation in ["stop", "start", "suspend", "resume"] {
                jobs.append(
                    try await own.submit("POST", "/instances/\(id)/operate", ["operate_type": .string(operation)])
                )
            }
            for job in jobs {
                let done = try await own.outcome(of: job)
                #expect(done.status == 200, "\(done)")
            }
            let actions = try await own.list(.compute, "/servers/\(id)/os-instance-actions", "instanceActions")
            #expect(actions.compactMap { $0["action"]?.string } == ["resume", "suspend", "start", "stop", "create"])
        }
    }

    @Test("cancelled in the middle, nothing is left of an instance")
    func cancelled() async throws {
        try await CloudTenant.with { own in
            let body = try await own.instance(on: try await own.network(), ["data_disks": [["size_in_g": 1]]])
            let outcome = try await CloudDev.with(fault: "server.spawn", match: own.mark, delay: 5) {
                let job = try await own.submit("POST", "/instances", body)
                _ = try await own.tenant.job(job, inState: "waiting")
                #expect(try await own.servers().count == 1)
                _ = try await own.client.post("/v1/jobs/\(job)/cancel")
                return try await own.outcome(of: job)
            }
            #expect(outcome["state"] == "cancelled", "\(outcome)")
            #expect(outcome["error"]?["details"]?["not_undone"] == nil, "\(outcome)")
            #expect(try await own.servers().isEmpty)
            #expect(try await own.volumes().isEmpty)
        }
    }

    static func operation(_ word: String, _ instance: String) -> JSON {
        ["instance_id": .string(instance), "ops_type": .string(word)]
    }
}

extension CloudTenant {
    /// The id of an image of the testbed.
    func image(_ name: String) async throws -> String {
        let images = try await get("/images").json["images"]?.array ?? []
        return try #require(images.first { $0["image_name"]?.string == name }?["image_id"]?.string)
    }

    /// A request for a small instance.
    func instance(on network: String, _ more: [String: JSON] = [:]) async throws -> JSON {
        let body: [String: JSON] = [
            "flavor_ref": "1", "image_ref": .string(try await image("tiny")), "network_uuid": .string(network),
            "instance_name": .string(mark),
        ]
        return .object(body.merging(more) { $1 })
    }

    /// A small instance that runs.
    func makeInstance() async throws -> String {
        let made = try await change("POST", "/instances", try await instance(on: try await network()))
        guard made.status == 200, let id = made["instance"]?["instance_id"]?.string else {
            throw UnexpectedOutcome(outcome: made)
        }
        return id
    }

    /// Does something with a flavor that wants more memory than any host has, and a quota that allows it.
    func withFlavorForNoHost<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let quota: JSON = ["quota_set": ["ram": -1]]
        _ = try await admin.send(CloudCall("PUT", .compute, "/os-quota-sets/\(projectID)", body: quota))
        let flavor: JSON = [
            "flavor": [
                "name": .string("huge-\(mark)"), "vcpus": 1, "ram": 1_000_000_000, "disk": 1, "id": .string(mark),
            ]
        ]
        _ = try await admin.send(CloudCall("POST", .compute, "/flavors", body: flavor))
        let result: Result<Value, any Error>
        do { result = .success(try await body(mark)) } catch { result = .failure(error) }
        _ = try await admin.send(CloudCall("DELETE", .compute, "/flavors/\(mark)"))
        return try result.get()
    }

    /// Operates an instance.
    func operate(_ id: String, _ operation: String) async throws -> Outcome {
        try await change("POST", "/instances/\(id)/operate", ["operate_type": .string(operation)])
    }
}
