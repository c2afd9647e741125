import Foundation
import HawserCloud
import HawserCore
import Testing

/// What a cloud says while it is at work on something; needs the test cloud's files of faults, which make work slow.
@Suite(.enabled(if: TestCloud.faults != nil, "the cloud of HAWSER_TEST_CLOUDS has no folder of faults"))
struct BusyTests {
    /// Makes the next work at a point on things whose id holds a text slow; the file is used up by it.
    private func slow(_ point: String, _ id: String, seconds: Int) throws {
        let fault: JSON = ["match": .string(id), "delay": .int(Int64(seconds)), "times": 1]
        let file = URL(fileURLWithPath: try #require(TestCloud.faults)).appendingPathComponent(point)
        // Somebody else's fault is left alone.
        try fault.data.write(to: file, options: .withoutOverwriting)
    }

    @Test func whatIsAtWorkIsBusyAndNotInConflict() async throws {
        try await TestTenant.with { tenant in
            let nova = tenant.compute
            let cinder = tenant.volumes
            var request = Compute.ServerRequest(name: "busy", flavorID: "1")
            request.imageID = try #require(try await tenant.images.images(name: "tiny").first).id
            let id = try await nova.createServer(request)
            try await tenant.wait(server: id, "ACTIVE")
            try slow("server.stop", id, seconds: 4)
            try await nova.act(.stop, onServer: id)
            let stopping = await #expect(throws: CloudError.self) { try await nova.act(.stop, onServer: id) }
            #expect(stopping?.kind == .busy && stopping?.isTransient == true, "\(String(describing: stopping))")
            let suspend = await #expect(throws: CloudError.self) { try await nova.act(.suspend, onServer: id) }
            #expect(suspend?.kind == .busy)

            let name = TestCloud.name("slow")
            try slow("volume.create", name, seconds: 3)
            let volume = try await cinder.createVolume(.init(sizeGiB: 1, name: name))
            let attach = await #expect(throws: CloudError.self) {
                try await nova.attach(volume: volume.id, toServer: id)
            }
            #expect(attach?.kind == .busy, "\(String(describing: attach))")
            try await tenant.wait(volume: volume.id, "available")
            try await tenant.wait(server: id, "SHUTOFF")
            try slow("volume.extend", volume.id, seconds: 3)
            try await cinder.extendVolume(volume.id, toGiB: 2)
            let extending = await #expect(throws: CloudError.self) {
                try await cinder.extendVolume(volume.id, toGiB: 3)
            }
            #expect(extending?.kind == .busy, "\(String(describing: extending))")
            while try await tenant.watch.volumes.awaited(volume.id)?.sizeGiB != 2 {}
            try await tenant.wait(volume: volume.id, "available")
            _ = try await nova.attach(volume: volume.id, toServer: id)
            try await tenant.wait(volume: volume.id, "in-use")
            let again = await #expect(throws: CloudError.self) {
                try await nova.attach(volume: volume.id, toServer: id)
            }
            #expect(again?.kind == .conflict || again?.kind == .badRequest, "\(String(describing: again))")
            let inUse = await #expect(throws: CloudError.self) { try await cinder.deleteVolume(volume.id) }
            #expect(inUse?.kind == .conflict, "\(String(describing: inUse))")
            try await tenant.sweep()
        }
    }
}
