public import HawserCore

/// A server as the seed's message `Instance`, gathered from compute, block storage and network.
public struct ServerReply: Sendable {
    private let session: CloudSession
    private let offer: CloudOffer?

    /// Replies read by a session.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - offer: knows the ids of flavors; nil: they are read each time.
    public init(_ session: CloudSession, offer: CloudOffer? = nil) {
        self.session = session
        self.offer = offer
    }

    /// The seed's message `Instance`.
    ///
    /// - Parameters:
    ///   - id: the server's id.
    ///   - volume: reads one of its disks; nil when it is gone.
    /// - Returns: the message.
    /// - Throws: `CloudError`; what `volume` throws.
    public func instance(
        _ id: String,
        volume: @escaping @Sendable (String) async throws -> BlockStorage.Volume?
    ) async throws -> JSON {
        let compute = Compute(session)
        let (server, hostName) = try await compute.serverAndHostName(id)
        var filter = Networking.Filter()
        filter.deviceID = server.id
        async let ports = Networking(session).ports(filter)
        async let flavor = flavor(of: server, compute)
        let volumes = try await withThrowingTaskGroup(of: BlockStorage.Volume?.self) { group in
            for id in server.volumeIDs { group.addTask { try await volume(id) } }
            return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
        var disks = volumes.map { volume -> (volume: BlockStorage.Volume, device: String?) in
            let attachment = volume.attachments.first { $0.serverID == server.id } ?? volume.attachments.first
            return (volume, attachment?.device)
        }
        disks.sort { ($0.device ?? "", $0.volume.id) < ($1.device ?? "", $1.volume.id) }
        // The first device is what a server starts from; its own image comes first where a server has one.
        let system = server.imageID == nil ? disks.firstIndex { $0.volume.isBootable } : nil
        let systemDisk = system.map { disks.remove(at: $0) }
        let networks = try await ports.map(\.networkID)
        let fixed = server.addresses.first { !$0.isFloating } ?? server.addresses.first
        return [
            "instance_id": .string(server.id), "instance_status": .string(server.status),
            "instance_addr": .string(fixed?.address ?? ""), "region": .string(session.settings.region ?? ""),
            "availability_zone": .string(server.zone ?? ""), "flavor": try await flavor,
            "image_ref": .string(server.imageID ?? systemDisk?.volume.imageID ?? ""),
            "system_disk": systemDisk.map { $0.volume.configuration(device: $0.device) } ?? .null,
            "data_disks": .array(disks.map { $0.volume.configuration(device: $0.device) }),
            "network_uuid": .string(networks.first ?? ""),
            "security_group_name": .texts(Array(Set(server.securityGroups)).sorted()),
            "instance_name": .string(server.name), "hypervisor_hostname": .string(hostName ?? ""),
            "created_time": .string(server.createdAt?.rfc3339 ?? ""),
            "updated_time": .string(server.updatedAt?.rfc3339 ?? ""),
        ]
    }

    /// A server tells all of its flavor but the id; names are unique.
    private func flavor(of server: Compute.Server, _ compute: Compute) async throws -> JSON {
        let flavor = server.flavor
        if let id = flavor.id, flavor.name == nil { return try await compute.flavor(id).reply }
        let known =
            if let offer { try await offer.flavor(named: flavor.name ?? "") } else {
                try await compute.flavors().first { $0.name == flavor.name }
            }
        return [
            "flavor_id": .string(known?.id ?? ""), "flavor_name": .string(flavor.name ?? ""),
            "flavor_vcpus": .string(flavor.vcpus.map { "\($0)" } ?? ""),
            "flavor_ram": .string(flavor.ramMiB.map { "\($0)" } ?? ""),
            "flavor_disk": .string(flavor.diskGiB.map { "\($0)" } ?? ""),
        ]
    }
}

extension Compute {
    /// A server and its host name within, where the cloud tells it (from Xena on).
    func serverAndHostName(_ id: String) async throws -> (Server, hostName: String?) {
        var call = call("GET", "/servers/\(part(id))")
        call.microversion = Self.hostNameMicroversion
        do {
            let answer = try await session.send(call)
            let server: Server = try answer.read("server")
            return (server, answer.body["server"]?["OS-EXT-SRV-ATTR:hostname"]?.string)
        } catch let error as CloudError where error.kind == .unsupported {
            return (try await server(id), nil)
        }
    }

    /// Asks for an action and answers the id of the request, which the server's list of actions has it under.
    ///
    /// - Throws: `CloudError`, as `act(_:onServer:)`.
    public func request(_ action: Action, onServer id: String) async throws -> String? {
        try await session.send(call("POST", "/servers/\(part(id))/action", body: action.body)).requestID
    }
}
