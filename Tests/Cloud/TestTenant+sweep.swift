import HawserCloud

extension TestTenant {
    /// Deletes all a tenant has, for tests that failed half-way; what is gone already is no fault.
    func sweep() async throws {
        for server in try await compute.servers() { try await gone { try await compute.deleteServer(server.id) } }
        for server in try await compute.servers() { try await wait(server: server.id, nil) }
        for share in try await shares.shares() { try await gone { try await shares.deleteShare(share.id) } }
        for share in try await shares.shares() { try await wait(share: share.id, nil) }
        for network in try await shares.shareNetworks() {
            try await gone { try await shares.deleteShareNetwork(network.id) }
        }
        for volume in try await volumes.volumes() {
            if volume.status == "in-use" || volume.status.hasSuffix("ing") {
                try await wait(volume: volume.id, "available")
            }
            try await gone { try await volumes.deleteVolume(volume.id, withSnapshots: true) }
        }
        for volume in try await volumes.volumes() { try await wait(volume: volume.id, nil) }
        for address in try await networking.floatingAddresses() {
            try await gone { try await networking.deleteFloatingAddress(address.id) }
        }
        for router in try await networking.routers() {
            var filter = Networking.Filter()
            filter.deviceID = router.id
            for port in try await networking.ports(filter) where port.deviceOwner == "network:router_interface" {
                try await gone { try await networking.removeInterface(.port(port.id), fromRouter: router.id) }
            }
            try await gone { try await networking.deleteRouter(router.id) }
        }
        for network in try await networking.networks() where network.projectID == projectID {
            var filter = Networking.Filter()
            filter.networkID = network.id
            // Ports of share servers go by themselves, the others by hand.
            for port in try await networking.ports(filter) where port.deviceOwner.isEmpty {
                try await gone { try await networking.deletePort(port.id) }
            }
            while try await !networking.ports(filter).filter({ $0.deviceOwner != "network:dhcp" }).isEmpty {}
            try await gone { try await networking.deleteNetwork(network.id) }
        }
    }

    private func gone(_ delete: () async throws -> Void) async throws {
        do {
            try await delete()
        } catch let error as CloudError where error.isNotFound {
            return
        }
    }
}
