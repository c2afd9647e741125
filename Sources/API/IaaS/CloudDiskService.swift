import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// The cloud disks of seed 004: `/iaas/v1/cloud-disks`.
struct CloudDiskService: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [create, get, modify, delete, resize, operate] }

    private var template: String { "\(IaaSDialect.prefix)/cloud-disks" }
    private var change: IaaSChange { IaaSChange(backend: backend) }

    private func fields(_ request: Request) async throws -> FieldReader {
        _ = try IaaSDialect(backend: backend).clouds()
        return FieldReader(try await request.json(upTo: backend.configuration.maxBodyBytes))
    }

    private var create: Endpoint {
        Endpoint(
            method: "POST",
            template: template,
            summary: "Make a cloud disk",
            access: .tenant,
            parameters: [.prefer],
            body: IaaSDialect.body(
                [
                    "volume_name": IaaSDialect.text, "volume_desc": IaaSDialect.text, "region": IaaSDialect.text,
                    "availability_zone": IaaSDialect.text, "cloud_disk_conf": IaaSDialect.disk,
                ],
                required: ["cloud_disk_conf"]
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            var fields = try await fields(request)
            let (name, description) = (fields.optionalText("volume_name"), fields.optionalText("volume_desc"))
            let (region, zone) = (fields.region(), fields.optionalText("availability_zone"))
            let disk = fields.disk("cloud_disk_conf")
            try fields.finish()
            return try await change.accept(
                VolumeCreate.self,
                .init(name: name, description: description, region: region, zone: zone, disk: disk ?? .init()),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var get: Endpoint {
        Endpoint(
            method: "GET",
            template: "\(template)/{id}",
            summary: "Show a cloud disk",
            access: .tenant,
            parameters: [.cloudID("The disk's id"), .region],
            answers: [IaaSDialect.read(["cloud_disk": Self.disk])],
            problems: [400, 403, 404, 502]
        ) { request, caller in
            let id = try request.cloudID()
            return try await IaaSDialect(backend: backend).read(
                caller,
                region: try request.region(),
                .diskGet,
                request
            ) { session in
                ["cloud_disk": try await BlockStorage(session).volume(id).reply(region: session.settings.region)]
            }
        }
    }

    private var modify: Endpoint {
        Endpoint(
            method: "PUT",
            template: "\(template)/{id}",
            summary: "Change a cloud disk's name and description",
            access: .tenant,
            parameters: [.cloudID("The disk's id"), .prefer],
            body: IaaSDialect.body(
                [
                    "volume_name": IaaSDialect.text, "volume_desc": IaaSDialect.text, "region": IaaSDialect.text,
                ],
                required: []
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            var fields = try await fields(request)
            let (name, description) = (fields.text("volume_name"), fields.text("volume_desc"))
            let region = fields.region()
            if name == nil, description == nil, fields.errors.isEmpty {
                fields.fail("", "volume_name or volume_desc is required")
            }
            try fields.finish()
            return try await change.accept(
                VolumeModify.self,
                .init(volumeID: id, name: name, description: description, region: region),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var delete: Endpoint {
        Endpoint(
            method: "DELETE",
            template: "\(template)/{id}",
            summary: "Delete a cloud disk",
            access: .tenant,
            parameters: [.cloudID("The disk's id"), .region, .prefer],
            answers: IaaSDialect.changed(IaaSDialect.deletedReply("volume_id")),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            _ = try IaaSDialect(backend: backend).clouds()
            return try await change.accept(
                VolumeDelete.self,
                .init(volumeID: id, region: try request.region()),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var resize: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(template)/{id}/resize",
            summary: "Make a cloud disk larger, attached or not",
            access: .tenant,
            parameters: [.cloudID("The disk's id"), .prefer],
            body: IaaSDialect.body(
                ["cloud_disk_conf": IaaSDialect.disk, "region": IaaSDialect.text],
                required: ["cloud_disk_conf"]
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            var fields = try await fields(request)
            let (disk, region) = (fields.disk("cloud_disk_conf"), fields.region())
            try fields.finish()
            return try await change.accept(
                VolumeExtend.self,
                .init(volumeID: id, disk: disk ?? .init(), region: region),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private var operate: Endpoint {
        Endpoint(
            method: "POST",
            template: "\(template)/{id}/operate",
            summary: "Attach a cloud disk to an instance or detach it",
            access: .tenant,
            parameters: [.cloudID("The disk's id"), .prefer],
            body: IaaSDialect.body(
                [
                    "instance_id": IaaSDialect.text, "region": IaaSDialect.text,
                    "ops_type": ["type": "string", "description": "attach or detach, in any case"],
                ],
                required: ["instance_id", "ops_type"]
            ),
            answers: IaaSDialect.changed(Self.reply),
            problems: IaaSDialect.changeProblems
        ) { request, caller in
            let id = try request.cloudID()
            var fields = try await fields(request)
            let (instance, region) = (fields.id("instance_id"), fields.region())
            let operation = fields.value("ops_type", "attach or detach", required: true) { json in
                json.string.flatMap { VolumeOperate.Operation(rawValue: $0.lowercased()) }
            }
            try fields.finish()
            return try await change.accept(
                VolumeOperate.self,
                .init(volumeID: id, instanceID: instance ?? "", operation: operation ?? .attach, region: region),
                tenant: try caller.tenantID(),
                request
            )
        }
    }

    private static let disk: JSON = [
        "type": "object",
        "properties": [
            "volume_id": IaaSDialect.text, "volume_name": IaaSDialect.text, "volume_desc": IaaSDialect.text,
            "region": IaaSDialect.text, "availability_zone": IaaSDialect.text, "cloud_disk_conf": IaaSDialect.disk,
            "volume_status": IaaSDialect.text, "created_time": IaaSDialect.text, "updated_time": IaaSDialect.text,
            "attach_instance_id": IaaSDialect.text, "attach_instance_device": IaaSDialect.text,
            "attached_time": IaaSDialect.text,
        ],
    ]
    private static let reply = IaaSDialect.reply(["cloud_disk": disk])
}
