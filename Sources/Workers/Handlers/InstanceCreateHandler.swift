import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Makes instances: the data disks beside the server, attached when both are there.
public struct InstanceCreateHandler: CloudHandler {
    /// `instance.create`.
    public typealias Kind = InstanceCreate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: InstanceCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        let (compute, storage) = (Compute(session), BlockStorage(session))
        let size = try await job.step("check") { try await systemSize(arguments, watch.offer) }
        // Asked for first, so that they are undone after the server that has them.
        var disks: [MadeThing] = []
        for (number, disk) in (arguments.dataDisks ?? []).enumerated() {
            var request = BlockStorage.VolumeRequest(
                sizeGiB: disk.sizeGiB ?? 1,
                name: "\(arguments.name)-\(number + 1)"
            )
            request.type = disk.volumeType.given
            request.zone = arguments.zone.given
            disks.append(
                try await makeVolume("disk-\(number)", request, storage, job, code: .instanceCreateVolume)
            )
        }
        let made = try await makeServer(request(arguments, systemGiB: size), compute, job)
        let (server, volumes) = (made.id, disks.map(\.id))
        // Made side by side; blank disks are there first, and are not looked at again while the server is built.
        if !volumes.isEmpty {
            try await news("disks", about: volumes.map { .volume($0) }, watch, job) { fresh -> Bool? in
                try await Self.areReady(volumes, watch, storage, fresh: fresh)
            }
        }
        // The server was asked for before the disks were waited for.
        try await news("built", about: [.server(server)], watch, job, since: job.created) { fresh -> Bool? in
            try await Self.isBuilt(server, watch, compute, fresh: fresh)
        }
        for (number, disk) in volumes.enumerated() {
            try await attach(disk, to: server, step: "attach-\(number)", goesWithServer: true, session, job)
        }
        try await attached(volumes, to: server, watch, job)
        try await keepOneServer(made, compute, job)
        for (number, disk) in disks.enumerated() { try await keepOne("disk-\(number)", volume: disk, storage, job) }
        let reply = try await ServerReply(session, offer: watch.offer).instance(server) { try await storage.volume($0) }
        return Self.reply(["instance": reply])
    }

    /// Looks at what the instance is to be made of, and answers its system disk's size.
    private func systemSize(_ arguments: InstanceCreate.Arguments, _ offer: CloudOffer) async throws -> Int {
        guard let flavor = try await offer.flavor(arguments.flavor) else { throw Self.unknown("flavor_ref") }
        let image = try await Self.naming("image_ref") { try await offer.image(arguments.image) }
        _ = try await Self.naming("network_uuid") { try await offer.network(arguments.network) }
        let bytes = max(image.virtualSize ?? 0, image.size ?? 0)
        let least = max(image.minDiskGiB, (bytes + (1 << 30) - 1) >> 30, 1)
        let wanted = arguments.systemDisk?.sizeGiB ?? 0
        let size = wanted > 0 ? wanted : max(flavor.diskGiB, least)
        guard size >= least, flavor.ramMiB >= image.minRAMMiB else {
            let message =
                size < least
                ? "the image needs a system disk of \(least) GiB at least"
                : "the image needs a memory of \(image.minRAMMiB) MiB at least"
            throw JobError.cloud("image_too_big", message, Kind.failure, status: 400)
        }
        return size
    }

    /// Reads something the client named, and says which when it is not there.
    private static func naming<Value>(_ field: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CloudError where error.isNotFound || error.kind == .badRequest {
            throw unknown(field).telling(error.said)
        }
    }

    private static func unknown(_ field: String) -> JobError {
        .cloud("not_found", "\(field): the cloud has none of this id", Kind.failure, status: 404)
    }

    private func request(_ arguments: InstanceCreate.Arguments, systemGiB size: Int) -> Compute.ServerRequest {
        var request = Compute.ServerRequest(name: arguments.name, flavorID: arguments.flavor)
        request.disks = [
            .init(
                .image(arguments.image),
                sizeGiB: size,
                bootIndex: 0,
                deletesOnTermination: true,
                volumeType: (arguments.systemDisk?.volumeType).given
            )
        ]
        request.networks = [.network(arguments.network)]
        request.securityGroups = arguments.securityGroups ?? []
        request.zone = arguments.zone.given
        request.hostName = arguments.hostName.given
        return request
    }

    /// Whether disks are ready to be attached; nil: not yet.
    private static func areReady(
        _ disks: [String],
        _ watch: CloudWatch,
        _ storage: BlockStorage,
        fresh: Freshness
    ) async throws -> Bool? {
        var isDone = true
        for disk in disks {
            guard let volume = try watch.volumes.status(of: disk, fresh: fresh) else {
                throw JobError.cloud(
                    "volume_gone",
                    "a data disk was deleted while it was made",
                    .instanceCreateVolume,
                    status: 409
                )
            }
            if volume.status.hasPrefix("error") {
                throw await failed(volume: volume, storage, .instanceCreateVolume)
            }
            isDone = isDone && ["available", "reserved", "attaching", "in-use"].contains(volume.status)
        }
        return isDone ? true : nil
    }

    /// Whether the server runs; nil: not yet.
    private static func isBuilt(
        _ id: String,
        _ watch: CloudWatch,
        _ compute: Compute,
        fresh: Freshness
    ) async throws -> Bool? {
        guard let server = try watch.servers.status(of: id, fresh: fresh), !isGone(server) else {
            throw JobError.cloud("server_gone", "the instance was deleted while it was made", Kind.failure, status: 409)
        }
        if server.status == "ERROR" { throw await failed(server: server, compute) }
        return server.status != "BUILD" && server.taskState == nil ? true : nil
    }
}
