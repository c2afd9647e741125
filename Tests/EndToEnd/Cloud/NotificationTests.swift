import Foundation
import HawserCloud
import HawserCore
import HawserTestSupport
import Testing

/// Jobs that are woken by the cloud's notifications, and what becomes of them when those stop to come.
@Suite(
    "notifications",
    .serialized,
    .enabled(if: CloudDev.isNotified, "no notifications beside HAWSER_TEST_CLOUDS: a cloud whose services notify"),
    .timeLimit(.minutes(15))
)
struct NotificationTests {
    @Test("a job is woken when the cloud is done, and looks seldom before")
    func woken() async throws {
        let dev = try await NotifiedDev.shared.value
        try await dev.told { $0.isConnected }
        try await CloudTenant.with(dev.dev) { own in
            let before = try await dev.told()
            // Without a word of the cloud there would be looks after 0.3, 0.8, 1.3, 1.8, 2.3, 2.9 and 3.6 seconds.
            let made = try await CloudDev.with(fault: "volume.create", match: own.mark, delay: 3, times: 1) {
                try await own.change("POST", "/cloud-disks", own.disk())
            }
            #expect(made.status == 200, "\(made)")
            #expect(made["cloud_disk"]?["volume_status"] == "available")
            #expect(try CloudDev.requests("cinder", "/volumes/detail", own) <= 3)
            try await dev.told { $0.wakes > before.wakes && $0.messages > before.messages }
            let metrics = try await dev.dev.anybody.get("/metrics")
            #expect(metrics.text.contains("hawser_cloud_listeners_connected 1"))
        }
    }

    @Test("instances are made, resized, stopped and deleted")
    func instances() async throws {
        let dev = try await NotifiedDev.shared.value
        try await dev.told { $0.isConnected }
        try await CloudTenant.with(dev.dev) { own in
            let network = try await own.network()
            let body = try await own.instance(on: network, ["data_disks": [["size_in_g": 1], ["size_in_g": 2]]])
            let made = try await own.change("POST", "/instances", body)
            #expect(made.status == 200, "\(made)")
            #expect(made["instance"]?["instance_status"] == "ACTIVE")
            let id = try #require(made["instance"]?["instance_id"]?.string)
            for operation in ["stop", "start", "softreboot"] {
                let done = try await own.operate(id, operation)
                #expect(done.status == 200, "\(operation): \(done)")
            }
            let resized = try await own.change("PUT", "/instances/\(id)/flavor", ["flavor_ref": "2"])
            #expect(resized["instance"]?["flavor"]?["flavor_name"] == "m1.small", "\(resized)")
            #expect(try await own.change("DELETE", "/instances/\(id)").status == 200)
            #expect(try await own.servers().isEmpty)
        }
    }

    @Test("a job whose notifications stop to come polls at once and ends in time")
    func cut() async throws {
        let dev = try await NotifiedDev.shared.value
        try await dev.told { $0.isConnected }
        try await CloudTenant.with(dev.dev) { own in
            try await CloudDev.with(fault: "volume.create", match: own.mark, delay: 6, times: 1) {
                let job = try await own.submit("POST", "/cloud-disks", own.disk())
                while try await own.tenant.client.get("/v1/jobs/\(job)").json["state"] != "waiting" {
                    try await Task.sleep(for: .milliseconds(20))
                }
                dev.proxy.cut()
                try await dev.told { !$0.isConnected }
                let made = try await own.outcome(of: job)
                #expect(made.status == 200, "\(made)")
            }
            // One that still relied on notifications would have looked after 5 and 10 seconds only.
            #expect(try CloudDev.requests("cinder", "/volumes/detail", own) >= 3)
            // And so it goes as long as nothing comes.
            #expect(try await own.change("POST", "/cloud-disks", own.disk()).status == 200)
            dev.proxy.mend()
            try await dev.told { $0.isConnected }
            #expect(try await own.change("POST", "/cloud-disks", own.disk()).status == 200)
        }
    }

    @Test("a failure that the cloud does not tell of is found all the same")
    func untold() async throws {
        let dev = try await NotifiedDev.shared.value
        try await dev.told { $0.isConnected }
        try await CloudTenant.with(dev.dev) { own in
            let made = try await own.change("POST", "/cloud-disks", own.disk())
            let id = try #require(made["cloud_disk"]?["volume_id"]?.string)
            let failed = try await CloudDev.with(fault: "volume.extend", match: id, fail: "no room", times: 1) {
                try await own.change("POST", "/cloud-disks/\(id)/resize", CloudDiskTests.size(2))
            }
            #expect(failed.status == 502, "\(failed)")
        }
    }

    @Test("cloud check says whether they can be listened to")
    func check() async throws {
        let dev = try await NotifiedDev.shared.value
        let (code, output) = try await dev.check(dev.url)
        #expect(output.contains("exchanges nova"), "\(output)")
        #expect(code == 0, "\(output)")
        let (failed, problem) = try await dev.check("amqp://guest:hunter2@127.0.0.1:\(try ClosedPort.number())/")
        #expect(failed != 0)
        #expect(problem.contains("RabbitMQ"), "\(problem)")
        #expect(!problem.contains("hunter2"))
    }
}
