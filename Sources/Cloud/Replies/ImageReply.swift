public import HawserCore

extension Images.Image {
    /// The seed's message `Image`.
    public var reply: JSON {
        [
            "image_id": .string(id), "image_name": .string(name), "image_diskformat": .string(diskFormat ?? ""),
            "image_containerformat": .string(containerFormat ?? ""),
        ]
    }
}
