import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The instances of seed 004: `/iaas/v1/instances`.
struct InstanceService: Sendable {
    /// The most data disks of a new instance; what a virtual machine has room for beside its system disk.
    private static let mostDisks = 25
    /// The most security groups of a new instance.
    private static let mostGroups = 32

    let backend: Backend

    var endpoints: [Endpoint] { [create, get, delete, resize, operate] }

    private var template: String { "\(IaaSDialect.prefix)/instances" }
    private var change: IaaSChange { IaaSChange(backend: backend) }

    private func fields(_ request: Request) async throws -> FieldReader {
        _ = try IaaSDialect(backend: backend).clouds()
        return FieldReader(try await request.json(upTo: backend.configuration.maxBodyBytes))
    }

    private var create: Endpoint {
        Endpoint(
            method: "POST",
            template: template,
            summary: "Make an instance with its disks",
            access: .tenant,
            parameters: [.prefer],
            body: IaaSDialect.body(
                [
                    "region": IaaSDialect.text, "availability_zone": IaaSDialect.text, "flavor_ref": IaaSDialect.text,
                    "image_ref": IaaSDialect.text, "system_disk": IaaSDialect.disk,
                    "data_disks": ["type": "array", "items": IaaSDialect.disk, "maxItems": 25],
                    "network_uuid": IaaSDialect.text,
                    "security_group_name": ["type": "array", "items": IaaSDialect.text, "maxItems": 32],
                    "instance_name": IaaSDialect.text,
                    "hypervisor_hostname": ["type": "string", "description": "The host name within the instance"],
                ],
                required: ["flavor_ref", "image_ref", "network_uuid", "instance_name"]
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            var fields = try await fields(request)
            let arguments = Self.arguments(&fields)
            try fields.finish()
            return try await change.accept(InstanceCreate.self, arguments, tenant: try caller.tenantID(), request)
        }
    }

    private static func arguments(_ fields: inout FieldReader) -> InstanceCreate.Arguments {
        let (region, zone) = (fields.region(), fields.optionalText("availability_zone"))
        let (flavor, image, network) = (fields.id("flavor_ref"), fields.id("image_ref"), fields.id("network_uuid"))
        let system = fields.disk("system_disk", required: false, sizeRequired: false)
        let data = fields.disks("data_disks", atMost: mostDisks)
        let groups = fields.value("security_group_name", "a list of at most \(mostGroups) names") { json in
            json.array.flatMap { list -> [String]? in
                let names = list.compactMap(\.string).filter { 1...255 ~= $0.unicodeScalars.count }
                return names.count == list.count && names.count <= mostGroups ? names : nil
            }
        }
        let name = fields.text("instance_name", required: true)
        let host = fields.value("hypervisor_hostname", "a host name: letters, digits and '-', at most 63") { json in
            json.string.flatMap {
                $0.isEmpty || $0.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?/) != nil ? $0 : nil
            }
        }
        return InstanceCreate.Arguments(
            region: region,
            zone: zone,
            flavor: flavor ?? "",
            image: image ?? "",
            systemDisk: system,
            dataDisks: data,
            network: network ?? "",
            securityGroups: groups ?? [],
            name: name ?? "",
            hostName: host.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    private var get: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(template)/{id}",
            summary: "Show an instance",
            access: .tenant,
            parameters: [.cloudID("The instance's id"), .region],
            answers: [IaaSDialect.read(["instance": Self.instance])],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try request.cloudID()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .instanceGet,
                request
            ) { session in
                let storage = BlockStorage(session)
                let instance = try await ServerReply(session).instance(id) { id in
                    do {
                        return try await storage.volume(id)
                    } catch let error as CloudError where error.isNotFound {
                        return nil
                    }
                }
                return ["instance": instance]
            }
        }
    }

    private var delete: Endpoint {
        Endpoint(
            method: "DELETE",
            template: "\(template)/{id}",
            summary: "Delete an instance with its system disk; its data disks stay",
            access: .tenant,
            parameters: [.cloudID("The instance's id"), .region, .prefer],
            answers: IaaSDialect.changed(IaaSDialect.deletedReply("instance_id")),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            _ = try IaaSDialect(backend: backend).clouds()
            return try await change.accept(
                InstanceDelete.self,
                .init(instanceID: id, region: try request.region()),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var resize: Endpoint {
        Endpoint(
            method: "PUT",
            template: "\(template)/{id}/flavor",
            summary: "Give an instance another flavor",
            access: .tenant,
            parameters: [.cloudID("The instance's id"), .prefer],
            body: IaaSDialect.body(
                ["flavor_ref": IaaSDialect.text, "region": IaaSDialect.text],
                required: ["flavor_ref"]
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            var fields = try await fields(request)
            let (flavor, region) = (fields.id("flavor_ref"), fields.region())
            try fields.finish()
            return try await change.accept(
                InstanceResize.self,
                .init(instanceID: id, flavor: flavor ?? "", region: region),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var operate: Endpoint {
        let names = InstanceOperate.Operation.allCases.map(\.rawValue)
        return Endpoint(
            method: "POST",
            template: "\(template)/{id}/operate",
            summary: "Start, stop, suspend, resume or reboot an instance",
            access: .tenant,
            parameters: [.cloudID("The instance's id"), .prefer],
            body: IaaSDialect.body(
                [
                    "operate_type": ["type": "string", "enum": .array(names.map { .string($0) })],
                    "region": IaaSDialect.text,
                ],
                required: ["operate_type"]
            ),
            answers: IaaSDialect.changed(
                IaaSDialect.reply([
                    "instance_id": IaaSDialect.text, "operated_time": IaaSDialect.text,
                    "operate_type": IaaSDialect.text,
                ])
            ),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            var fields = try await fields(request)
            let (name, region) = (fields.text("operate_type", required: true), fields.region())
            try fields.finish()
            guard let operation = InstanceOperate.Operation(rawValue: name?.lowercased() ?? "") else {
                let known = names.joined(separator: ", ")
                throw IaaSFailure(.instanceUnknownOperation, status: 400, "operate_type must be one of \(known)")
            }
            return try await change.accept(
                InstanceOperate.self,
                .init(instanceID: id, operation: operation, region: region),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private static let instance: JSON = [
        "type": "object",
        "properties": [
            "instance_id": IaaSDialect.text, "instance_status": IaaSDialect.text, "instance_addr": IaaSDialect.text,
            "region": IaaSDialect.text, "availability_zone": IaaSDialect.text, "flavor": ["type": "object"],
            "image_ref": IaaSDialect.text, "system_disk": IaaSDialect.disk,
            "data_disks": ["type": "array", "items": IaaSDialect.disk], "network_uuid": IaaSDialect.text,
            "security_group_name": ["type": "array", "items": IaaSDialect.text], "instance_name": IaaSDialect.text,
            "hypervisor_hostname": IaaSDialect.text, "created_time": IaaSDialect.text,
            "updated_time": IaaSDialect.text,
        ],
    ]
    private static let reply = IaaSDialect.reply(["instance": instance])
}
