public import HawserCore

extension BlockStorage.Volume {
    /// The seed's message `CloudDisk`; what is not so is an empty text.
    public func reply(region: String?) -> JSON {
        let attachment = attachments.first
        return [
            "volume_id": .string(id), "volume_name": .string(name), "volume_desc": .string(description),
            "region": .string(region ?? ""), "availability_zone": .string(zone ?? ""),
            "cloud_disk_conf": ["volume_type": .string(type ?? ""), "size_in_g": .int(Int64(sizeGiB))],
            "volume_status": .string(status), "created_time": .string(createdAt?.rfc3339 ?? ""),
            "updated_time": .string((updatedAt ?? createdAt)?.rfc3339 ?? ""),
            "attach_instance_id": .string(attachment?.serverID ?? ""),
            "attach_instance_device": .string(attachment?.device ?? ""),
            "attached_time": .string(attachment?.attachedAt?.rfc3339 ?? ""),
        ]
    }

    /// The seed's message `CloudDiskConf`, with the disk's id and where it is within the server.
    func configuration(device: String?) -> JSON {
        [
            "volume_type": .string(type ?? ""), "size_in_g": .int(Int64(sizeGiB)), "volume_id": .string(id),
            "device": .string(device ?? ""),
        ]
    }
}
