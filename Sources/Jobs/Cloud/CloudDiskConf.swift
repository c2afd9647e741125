/// A disk as seed 004 asks for it: `{"volume_type": "", "size_in_g": 10}`.
public struct CloudDiskConf: Codable, Sendable, Equatable {
    /// The type's name; nil takes the cloud's default.
    public var volumeType: String?
    /// The size; nil: as small as it can be.
    public var sizeGiB: Int?

    private enum CodingKeys: String, CodingKey {
        case volumeType = "volume_type"
        case sizeGiB = "size_in_g"
    }

    /// A disk.
    public init(volumeType: String? = nil, sizeGiB: Int? = nil) {
        self.volumeType = volumeType
        self.sizeGiB = sizeGiB
    }
}
