import Testing

@testable import HawserCloud

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct BlockStorageTests {
    @Test func aVolumeIsMadeChangedExtendedAndDeleted() async throws {
        try await TestTenant.with { tenant in
            let cinder = tenant.volumes
            var request = BlockStorage.VolumeRequest(sizeGiB: 1, name: "it's a \"disk\"")
            request.description = "one"
            request.type = "file"
            request.metadata = ["hawser-job": "job's 1", "b": "2"]
            let made = try await cinder.createVolume(request)
            #expect(made.sizeGiB == 1 && made.status == "creating" && made.metadata == request.metadata)
            let volume = try #require(try await tenant.wait(volume: made.id, "available"))
            #expect(volume.name == request.name && volume.type == "file" && volume.attachments.isEmpty)
            var filter = BlockStorage.VolumeFilter()
            filter.metadata = ["hawser-job": "job's 1"]
            #expect(try await cinder.volumes(filter).map(\.id) == [made.id])
            filter.metadata = ["hawser-job": "job's 2"]
            #expect(try await cinder.volumes(filter).isEmpty)
            filter = BlockStorage.VolumeFilter()
            filter.name = "it's a \"disk\""
            #expect(try await cinder.volumes(filter).map(\.id) == [made.id])

            let changed = try await cinder.updateVolume(made.id, name: "two", description: "three")
            #expect(changed.name == "two" && changed.description == "three")
            #expect(try await cinder.setMetadata(["c": "3"], ofVolume: made.id).count == 3)
            try await cinder.removeMetadata("b", ofVolume: made.id)
            #expect(try await cinder.volume(made.id).metadata == ["hawser-job": "job's 1", "c": "3"])
            try await cinder.extendVolume(made.id, toGiB: 2)
            while try await tenant.watch.volumes.awaited(made.id)?.sizeGiB != 2 {}
            try await tenant.wait(volume: made.id, "available")
            let smaller = await #expect(throws: CloudError.self) { try await cinder.extendVolume(made.id, toGiB: 1) }
            #expect(smaller?.kind == .badRequest)
            let quotas = try await cinder.quotas()
            #expect(quotas.first { $0.name == "volumes" }?.used == 1)
            #expect(quotas.first { $0.name == "gigabytes" }?.used == 2)
            #expect(try await cinder.volumeTypes().contains { $0.name == "file" })
            #expect(try await cinder.messages(ofVolume: made.id).isEmpty)
            try await cinder.deleteVolume(made.id)
            try await tenant.wait(volume: made.id, nil)
            let gone = await #expect(throws: CloudError.self) { try await cinder.volume(made.id) }
            #expect(gone?.isNotFound == true && gone?.type == "itemNotFound" && gone?.requestID != nil)
        }
    }

    @Test func aLongListIsReadPageByPage() async throws {
        try await TestTenant.with { tenant in
            let cinder = tenant.volumes
            var ids: Set<String> = []
            for _ in 0..<5 { ids.insert(try await cinder.createVolume(.init(sizeGiB: 1)).id) }
            let before = tenant.session.requestCount
            let call = CloudCall("GET", .blockStorage, "/volumes/detail", query: [("limit", "2")])
            let listed = try await tenant.session.list(call, "volumes", as: BlockStorage.Volume.self)
            #expect(listed.count == 5 && Set(listed.map(\.id)) == ids)
            #expect(tenant.session.requestCount - before == 3)
            for id in ids { try await tenant.wait(volume: id, "available") }
            for id in ids { try await cinder.deleteVolume(id) }
            for id in ids { try await tenant.wait(volume: id, nil) }
        }
    }
}
