import HawserCloud
import HawserCore
import Testing

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct ComputeTests {
    @Test func theLifeOfAServer() async throws {
        try await TestTenant.with { tenant in
            let nova = tenant.compute
            let (network, _) = try await tenant.network()
            let image = try #require(try await tenant.images.images(name: "tiny").first)
            let flavors = try await nova.flavors()
            let tiny = try #require(flavors.first { $0.name == "m1.tiny" })
            let small = try #require(flavors.first { $0.name == "m1.small" })
            let group = try await tenant.networking.createSecurityGroup(name: "web")
            let data = try await tenant.volumes.createVolume(.init(sizeGiB: 1, name: "data"))
            try await tenant.wait(volume: data.id, "available")

            var request = Compute.ServerRequest(name: "web.1 (a+b)", flavorID: tiny.id)
            request.disks = [
                .init(.image(image.id), sizeGiB: 2, bootIndex: 0, deletesOnTermination: true),
                .init(.volume(data.id)),
            ]
            request.networks = [.network(network, address: "10.7.0.50")]
            request.securityGroups = ["web"]
            request.adminPassword = Secret("an-admin-password")
            request.userData = Array("#!/bin/sh\n".utf8)
            request.metadata = ["hawser-job": "j1"]
            request.hostName = "host-1"
            let id = try await nova.createServer(request)
            let server = try #require(try await tenant.wait(server: id, "ACTIVE"))
            #expect(server.name == "web.1 (a+b)" && server.metadata == ["hawser-job": "j1"] && server.imageID == nil)
            #expect(server.flavor.name == "m1.tiny" && server.flavor.vcpus == tiny.vcpus)
            #expect(server.addresses.map(\.address) == ["10.7.0.50"] && server.securityGroups == ["web"])
            #expect(server.volumeIDs.count == 2 && server.volumeIDs.contains(data.id) && server.vmState == "active")
            var filter = Compute.ServerFilter()
            filter.name = "web.1 (a+b)"
            filter.metadata = ["hawser-job": "j1"]
            #expect(try await nova.servers(filter).map(\.id) == [id])
            // The name is no pattern: "web.1" fits neither "webx1" nor a part of it.
            filter.name = "web.1"
            #expect(try await nova.servers(filter).isEmpty)

            let attachments = try await nova.attachments(ofServer: id)
            #expect(Set(attachments.map(\.volumeID)) == Set(server.volumeIDs))
            #expect(attachments.first { $0.volumeID == data.id }?.deletesOnTermination == false)
            #expect(try await tenant.volumes.volume(data.id).attachments.map(\.serverID) == [id])
            try await tenant.volumes.extendVolume(data.id, toGiB: 2)
            while try await tenant.watch.volumes.awaited(data.id)?.sizeGiB != 2 {}
            try await tenant.wait(volume: data.id, "in-use")
            try await nova.detach(volume: data.id, fromServer: id)
            try await tenant.wait(volume: data.id, "available")
            let attached = try await nova.attach(volume: data.id, toServer: id)
            #expect(attached.volumeID == data.id && attached.serverID == id)
            try await tenant.wait(volume: data.id, "in-use")

            try await nova.act(.stop, onServer: id)
            try await tenant.wait(server: id, "SHUTOFF")
            let stopped = await #expect(throws: CloudError.self) { try await nova.act(.stop, onServer: id) }
            #expect(stopped?.kind == .conflict)
            try await nova.act(.start, onServer: id)
            try await tenant.wait(server: id, "ACTIVE")
            try await nova.act(.suspend, onServer: id)
            try await tenant.wait(server: id, "SUSPENDED")
            try await nova.act(.resume, onServer: id)
            try await tenant.wait(server: id, "ACTIVE")
            try await nova.act(.hardReboot, onServer: id)
            try await tenant.wait(server: id, "ACTIVE")
            try await nova.act(.resize(flavorID: small.id), onServer: id)
            try await tenant.wait(server: id, "VERIFY_RESIZE")
            try await nova.act(.confirmResize, onServer: id)
            #expect(try await tenant.wait(server: id, "ACTIVE")?.flavor.name == "m1.small")

            let actions = try await nova.actions(ofServer: id)
            #expect(Set(actions.map(\.action)).isSuperset(of: ["create", "stop", "start", "resize", "confirmResize"]))
            let resize = try #require(actions.first { $0.action == "resize" })
            let detail = try await nova.action(resize.requestID, ofServer: id)
            #expect(detail.isFinished && !detail.hasFailed)
            let extra = try await tenant.networking.createSecurityGroup(name: "extra")
            try await nova.act(.addSecurityGroup(extra.id), onServer: id)
            let twice = await #expect(throws: CloudError.self) {
                try await nova.act(.addSecurityGroup(extra.id), onServer: id)
            }
            #expect(twice?.kind == .badRequest)
            #expect(try await Set(nova.server(id).securityGroups) == ["web", "extra"])
            try await nova.act(.removeSecurityGroup(extra.id), onServer: id)
            let never = await #expect(throws: CloudError.self) {
                try await nova.act(.removeSecurityGroup(extra.id), onServer: id)
            }
            #expect(never?.isNotFound == true)
            try await tenant.networking.deleteSecurityGroup(extra.id)
            #expect(try await nova.setMetadata(["more": "1"], ofServer: id).count == 2)
            try await nova.removeMetadata("more", ofServer: id)
            #expect(try await nova.renameServer(id, to: "renamed").name == "renamed")
            let quotas = try await nova.quotas()
            #expect(quotas.first { $0.name == "instances" }?.used == 1)

            let before = Timestamp.now.adding(seconds: -1)
            try await nova.deleteServer(id)
            try await tenant.wait(server: id, nil)
            filter = Compute.ServerFilter()
            filter.changesSince = before
            #expect(try await nova.servers(filter).first { $0.id == id }?.status == "DELETED")
            let gone = await #expect(throws: CloudError.self) { try await nova.deleteServer(id) }
            #expect(gone?.isNotFound == true)
            try await tenant.wait(volume: data.id, "available")
            try await tenant.volumes.deleteVolume(data.id)
            try await tenant.wait(volume: data.id, nil)
            while try await !tenant.volumes.volumes().isEmpty {}
            try await tenant.networking.deleteSecurityGroup(group.id)
            try await tenant.networking.deleteNetwork(network)
        }
    }

    @Test func aServerThatFitsNowhereTellsItsFault() async throws {
        try await TestTenant.with { tenant in
            let flavors = try await tenant.compute.flavors()
            let impossible = try #require(flavors.first { $0.name == "test.impossible" })
            var request = Compute.ServerRequest(name: "no", flavorID: impossible.id)
            request.imageID = try #require(try await tenant.images.images(name: "tiny").first).id
            let id = try await tenant.compute.createServer(request)
            try await tenant.wait(server: id, "ERROR")
            // Nova writes the status first and the fault after it.
            var server: Compute.Server?
            while server?.fault == nil { server = try await tenant.compute.server(id) }
            #expect(server?.fault?.message.contains("No valid host") == true)
            try await tenant.compute.deleteServer(id)
            try await tenant.wait(server: id, nil)
        }
    }

    @Test func quotasOfAllServicesAreOneKindOfError() async throws {
        try await TestTenant.with { tenant in
            func set(_ service: CloudService, _ path: String, _ member: String, _ quota: JSON) async throws {
                let call = CloudCall("PUT", service, "\(path)/\(tenant.projectID)", body: .object([member: quota]))
                _ = try await tenant.admin.send(call)
            }
            try await set(.compute, "/os-quota-sets", "quota_set", ["instances": 0])
            try await set(.blockStorage, "/os-quota-sets", "quota_set", ["volumes": 0])
            try await set(.network, "/quotas", "quota", ["network": 0])
            let image = try #require(try await tenant.images.images(name: "tiny").first)
            var request = Compute.ServerRequest(name: "x", flavorID: "1")
            request.imageID = image.id
            let server = request
            let errors = [
                await #expect(throws: CloudError.self) { try await tenant.compute.createServer(server) },
                await #expect(throws: CloudError.self) { try await tenant.volumes.createVolume(.init(sizeGiB: 1)) },
                await #expect(throws: CloudError.self) { try await tenant.networking.createNetwork(name: "x") },
            ]
            for error in errors {
                #expect(error?.kind == .quotaExceeded && error?.isTransient == false && error?.requestID != nil)
            }
            #expect(errors.map { $0?.status } == [403, 413, 409])
        }
    }
}
