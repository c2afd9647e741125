public import HawserCore

extension BlockStorage {
    /// A volume.
    public struct Volume: Sendable, Hashable, CloudModel {
        /// Where a volume is attached.
        public struct Attachment: Sendable, Hashable {
            /// The attachment's id.
            public let id: String?
            /// The server's id.
            public let serverID: String?
            /// The device within the server.
            public let device: String?
            /// When it was attached.
            public let attachedAt: Timestamp?
        }

        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// One of `creating`, `available`, `attaching`, `in-use`, `error`, `error_extending` and others.
        public let status: String
        /// The size.
        public let sizeGiB: Int
        /// The type's name.
        public let type: String?
        /// The availability zone.
        public let zone: String?
        /// Whether a server can start from it.
        public let isBootable: Bool
        /// The metadata.
        public let metadata: [String: String]
        /// Where it is attached.
        public let attachments: [Attachment]
        /// The id of the snapshot it was made from.
        public let snapshotID: String?
        /// The id of the volume it was made from.
        public let sourceVolumeID: String?
        /// The id of the image that is on it.
        public let imageID: String?
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            status = try fields.text("status")
            sizeGiB = try fields.int("size")
            type = try fields.optionalText("volume_type")
            zone = try fields.optionalText("availability_zone")
            isBootable = try fields.bool("bootable")
            metadata = try fields.textMap("metadata")
            attachments = try fields.optionalList("attachments").map { attachment in
                Attachment(
                    id: try attachment.optionalText("attachment_id"),
                    serverID: try attachment.optionalText("server_id"),
                    device: try attachment.optionalText("device"),
                    attachedAt: try attachment.time("attached_at")
                )
            }
            snapshotID = try fields.optionalText("snapshot_id")
            sourceVolumeID = try fields.optionalText("source_volid")
            imageID = try fields.optionalFields("volume_image_metadata")?.optionalText("image_id")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// What a volume is to be.
    public struct VolumeRequest: Sendable {
        /// The size.
        public var sizeGiB: Int
        /// The name.
        public var name: String?
        /// The description.
        public var description: String?
        /// The type's name or id; nil takes the cloud's default.
        public var type: String?
        /// The availability zone.
        public var zone: String?
        /// The image to put on it.
        public var imageID: String?
        /// The snapshot to make it from.
        public var snapshotID: String?
        /// The volume to copy.
        public var sourceVolumeID: String?
        /// The metadata.
        public var metadata: [String: String] = [:]

        /// A volume of a size.
        public init(sizeGiB: Int, name: String? = nil) {
            self.sizeGiB = sizeGiB
            self.name = name
        }

        var body: JSON {
            [
                "volume": .members([
                    "size": .int(Int64(sizeGiB)),
                    "name": JSON(name),
                    "description": JSON(description),
                    "volume_type": JSON(type),
                    "availability_zone": JSON(zone),
                    "imageRef": JSON(imageID),
                    "snapshot_id": JSON(snapshotID),
                    "source_volid": JSON(sourceVolumeID),
                    "metadata": metadata.isEmpty ? nil : .textMap(metadata),
                ])
            ]
        }
    }
}
