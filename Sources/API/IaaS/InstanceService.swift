import HawserCloud
import HawserCore
import HawserJobs

/// The instances of seed 004.
struct InstanceService: Sendable {
    let dialect: IaaSDialect

    var endpoints: [Endpoint] { [create, read] + changes }

    private var create: Endpoint {
        dialect.changing(
            InstanceCreate.self,
            "POST",
            "instances",
            "Make an instance with its disks",
            body: [
                "region": IaaSDialect.region, "availability_zone": IaaSDialect.note, "flavor_ref": IaaSDialect.id,
                "image_ref": IaaSDialect.id, "system_disk": CloudDiskConf.schema,
                "data_disks": [
                    "type": "array", "items": CloudDiskConf.schema,
                    "maxItems": .int(Int64(InstanceCreate.mostDisks)),
                ],
                "network_uuid": IaaSDialect.id,
                "security_group_name": [
                    "type": "array", "items": IaaSDialect.name, "maxItems": .int(Int64(InstanceCreate.mostGroups)),
                ],
                "instance_name": IaaSDialect.name,
                "hypervisor_hostname": [
                    "type": "string", "maxLength": 63, "description": "The host name within the instance",
                ],
            ],
            required: ["flavor_ref", "image_ref", "network_uuid", "instance_name"],
            reply: Self.reply
        )
    }

    private var read: Endpoint {
        dialect.reading("instances/{id}", "Read an instance", .instanceGet, reply: Self.reply) { session, id, _ in
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

    private var changes: [Endpoint] {
        [
            dialect.changing(
                InstanceDelete.self,
                "DELETE",
                "instances/{id}",
                "Delete an instance with its system disk; its data disks stay",
                id: "instance_id",
                query: ["region"],
                reply: ["instance_id": IaaSDialect.id, "deleted_time": IaaSDialect.time]
            ),
            dialect.changing(
                InstanceResize.self,
                "PUT",
                "instances/{id}/flavor",
                "Give an instance another flavor",
                id: "instance_id",
                body: ["flavor_ref": IaaSDialect.id, "region": IaaSDialect.region],
                required: ["flavor_ref"],
                reply: Self.reply
            ),
            dialect.changing(
                InstanceOperate.self,
                "POST",
                "instances/{id}/operate",
                "Start, stop, suspend, resume or reboot an instance",
                id: "instance_id",
                body: ["operate_type": InstanceOperate.Operation.schema, "region": IaaSDialect.region],
                required: ["operate_type"],
                reply: [
                    "instance_id": IaaSDialect.id, "operated_time": IaaSDialect.time,
                    "operate_type": IaaSDialect.text,
                ]
            ),
        ]
    }

    private static let reply: [String: JSON] = [
        "instance": [
            "type": "object",
            "properties": [
                "instance_id": IaaSDialect.id, "instance_status": IaaSDialect.text,
                "instance_addr": IaaSDialect.text, "region": IaaSDialect.text,
                "availability_zone": IaaSDialect.text, "flavor": FlavorService.flavor,
                "image_ref": IaaSDialect.text, "system_disk": disk,
                "data_disks": ["type": "array", "items": disk], "network_uuid": IaaSDialect.text,
                "security_group_name": ["type": "array", "items": IaaSDialect.text],
                "instance_name": IaaSDialect.text, "hypervisor_hostname": IaaSDialect.text,
                "created_time": IaaSDialect.text, "updated_time": IaaSDialect.text,
            ],
        ]
    ]

    /// A disk, and where it is within the instance; null where there is none.
    private static let disk: JSON = [
        "type": ["object", "null"],
        "properties": [
            "volume_type": IaaSDialect.text, "size_in_g": ["type": "integer"], "volume_id": IaaSDialect.id,
            "device": IaaSDialect.text,
        ],
    ]
}
