import HawserCloud
import Testing

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct SharedFileSystemTests {
    @Test func aShareWithItsNetworkAndAccess() async throws {
        try await TestTenant.with { tenant in
            let manila = tenant.shares
            let (network, subnet) = try await tenant.network()
            let shareNetwork = try await manila.createShareNetwork(
                network: network,
                subnet: subnet,
                name: "sn",
                description: "job"
            )
            #expect(shareNetwork.networkIDs == [network] && shareNetwork.subnetIDs == [subnet])
            #expect(try await manila.shareNetworks(name: "sn").map(\.id) == [shareNetwork.id])
            #expect(try await manila.shareNetworks(network: network).map(\.id) == [shareNetwork.id])
            let types = try await manila.shareTypes()
            #expect(types.first { $0.name == "default" }?.hasShareServers == true)
            #expect(types.first { $0.name == "plain" }?.hasShareServers == false)
            var request = SharedFileSystem.ShareRequest(sizeGiB: 1, name: "share")
            request.shareNetworkID = shareNetwork.id
            request.type = "default"
            request.metadata = ["hawser-job": "1"]
            let made = try await manila.createShare(request)
            let share = try #require(try await tenant.wait(share: made.id, "available"))
            #expect(share.name == "share" && share.sizeGiB == 1 && share.protocolName == "NFS")
            #expect(share.shareNetworkID == shareNetwork.id && share.metadata["hawser-job"] == "1")
            #expect(try await manila.shares(name: "share", metadata: ["hawser-job": "1"]).map(\.id) == [made.id])
            #expect(try await manila.shares(metadata: ["hawser-job": "2"]).isEmpty)
            #expect(try await manila.exportLocations(ofShare: made.id).allSatisfy { !$0.path.isEmpty })
            let servers = try await SharedFileSystem(tenant.admin).shareServers(ofShareNetwork: shareNetwork.id)
            #expect(servers.map(\.status) == ["active"])
            let forbidden = await #expect(throws: CloudError.self) {
                try await manila.shareServers(ofShareNetwork: shareNetwork.id)
            }
            #expect(forbidden?.kind == .forbidden)

            let rule = try await manila.allowAccess(to: "10.7.0.0/24", toShare: made.id)
            #expect(rule.to == "10.7.0.0/24" && rule.level == "rw")
            let twice = await #expect(throws: CloudError.self) {
                try await manila.allowAccess(to: "10.7.0.0/24", toShare: made.id)
            }
            #expect(twice?.kind == .badRequest || twice?.kind == .conflict)
            while try await manila.accessRules(ofShare: made.id).map(\.state) != ["active"] {}
            try await manila.denyAccess(rule.id, toShare: made.id)
            while try await !manila.accessRules(ofShare: made.id).isEmpty {}
            try await manila.extendShare(made.id, toGiB: 2)
            while try await tenant.watch.shares.awaited(made.id)?.sizeGiB != 2 {}
            #expect(try await manila.quotas().first { $0.name == "gigabytes" }?.used == 2)
            #expect(try await manila.messages(ofShare: made.id).isEmpty)

            let inUse = await #expect(throws: CloudError.self) { try await manila.deleteShareNetwork(shareNetwork.id) }
            #expect(inUse?.kind == .conflict)
            try await tenant.wait(share: made.id, "available")
            try await manila.deleteShare(made.id)
            try await tenant.wait(share: made.id, nil)
            try await manila.deleteShareNetwork(shareNetwork.id)
            // The share server's ports go with it, after a while.
            var ofNetwork = Networking.Filter()
            ofNetwork.networkID = network
            while try await !tenant.networking.ports(ofNetwork).isEmpty {}
            try await tenant.networking.deleteNetwork(network)
        }
    }
}
