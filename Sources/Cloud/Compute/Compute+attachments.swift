import HawserCore

extension Compute {
    /// A volume at a server.
    public struct VolumeAttachment: Sendable, Hashable, CloudModel {
        /// The volume's id.
        public let volumeID: String
        /// The server's id.
        public let serverID: String
        /// The device within the server: `/dev/vdb`.
        public let device: String?
        /// Whether the volume goes when the server is deleted.
        public let deletesOnTermination: Bool

        init(_ fields: CloudFields) throws {
            volumeID = try fields.text("volumeId")
            serverID = try fields.text("serverId")
            device = try fields.optionalText("device")
            deletesOnTermination = try fields.bool("delete_on_termination")
        }
    }

    /// The volumes of a server.
    ///
    /// - Throws: `CloudError`.
    public func attachments(ofServer id: String) async throws -> [VolumeAttachment] {
        try await session.list(
            call("GET", "/servers/\(part(id))/os-volume_attachments"),
            "volumeAttachments",
            paging: .none
        )
    }

    /// Asks to attach a volume; it is done when the volume's status is `in-use`.
    ///
    /// - Throws: `CloudError`; `badRequest` or `conflict` when it is attached already.
    public func attach(
        volume: String,
        toServer id: String,
        deletesOnTermination: Bool = false
    ) async throws -> VolumeAttachment {
        let body: JSON = [
            "volumeAttachment": [
                "volumeId": .string(volume), "delete_on_termination": .bool(deletesOnTermination),
            ]
        ]
        return try await session.send(call("POST", "/servers/\(part(id))/os-volume_attachments", body: body))
            .read("volumeAttachment")
    }

    /// Asks to detach a volume; it is done when the volume's status is `available`.
    ///
    /// - Throws: `CloudError`.
    public func detach(volume: String, fromServer id: String) async throws {
        _ = try await session.send(
            call("DELETE", "/servers/\(part(id))/os-volume_attachments/\(part(volume))")
        )
    }
}
