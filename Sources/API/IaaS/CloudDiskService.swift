import HawserCloud
import HawserCore
import HawserJobs

/// The cloud disks of seed 004.
struct CloudDiskService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] { [create, read] + changes }

    private var create: Endpoint {
        dialect.changing(
            VolumeCreate.self,
            "POST",
            "cloud-disks",
            "Make a cloud disk",
            body: [
                "volume_name": IaaSDialect.note, "volume_desc": IaaSDialect.note, "region": IaaSDialect.region,
                "availability_zone": IaaSDialect.note, "cloud_disk_conf": CloudDiskConf.schema,
            ],
            required: ["cloud_disk_conf"],
            reply: Self.reply
        )
    }

    private var read: Endpoint {
        dialect.reading("cloud-disks/{id}", "Read a cloud disk", .diskGet, reply: Self.reply) { session, id, _ in
            ["cloud_disk": try await BlockStorage(session).volume(id).reply(region: session.settings.region)]
        }
    }

    private var changes: [Endpoint] {
        [
            dialect.changing(
                VolumeModify.self,
                "PUT",
                "cloud-disks/{id}",
                "Change a cloud disk's name and description; what is not given stays",
                id: "volume_id",
                body: [
                    "volume_name": IaaSDialect.note, "volume_desc": IaaSDialect.note, "region": IaaSDialect.region,
                ],
                reply: Self.reply
            ),
            dialect.changing(
                VolumeDelete.self,
                "DELETE",
                "cloud-disks/{id}",
                "Delete a cloud disk",
                id: "volume_id",
                query: ["region"],
                reply: ["volume_id": IaaSDialect.id, "deleted_time": IaaSDialect.time]
            ),
            dialect.changing(
                VolumeExtend.self,
                "POST",
                "cloud-disks/{id}/resize",
                "Make a cloud disk larger, attached or not",
                id: "volume_id",
                body: ["cloud_disk_conf": CloudDiskConf.schema, "region": IaaSDialect.region],
                required: ["cloud_disk_conf"],
                reply: Self.reply
            ),
            dialect.changing(
                VolumeOperate.self,
                "POST",
                "cloud-disks/{id}/operate",
                "Attach a cloud disk to an instance or detach it",
                id: "volume_id",
                body: [
                    "instance_id": IaaSDialect.id, "ops_type": VolumeOperate.Operation.schema,
                    "region": IaaSDialect.region,
                ],
                required: ["instance_id", "ops_type"],
                reply: Self.reply
            ),
        ]
    }

    private static let reply: [String: JSON] = [
        "cloud_disk": [
            "type": "object",
            "properties": [
                "volume_id": IaaSDialect.id, "volume_name": IaaSDialect.text, "volume_desc": IaaSDialect.text,
                "region": IaaSDialect.text, "availability_zone": IaaSDialect.text,
                "cloud_disk_conf": IaaSDialect.disk, "volume_status": IaaSDialect.text,
                "created_time": IaaSDialect.text, "updated_time": IaaSDialect.text,
                "attach_instance_id": IaaSDialect.text, "attach_instance_device": IaaSDialect.text,
                "attached_time": IaaSDialect.text,
            ],
        ]
    ]
}
