public import HawserCore
public import HawserQueue

/// Makes a cloud disk larger, attached or not: `volume.extend`.
public enum VolumeExtend: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The disk's id.
        public var volumeID: String
        /// Its new size; a type is not looked at.
        public var disk: CloudDiskConf
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case volumeID = "volume_id"
            case disk = "cloud_disk_conf"
            case region
        }

        /// Arguments.
        public init(volumeID: String, disk: CloudDiskConf, region: String? = nil) {
            self.volumeID = volumeID
            self.disk = disk
            self.region = region
        }
    }

    /// `volume.extend`.
    public static let name = "volume.extend"
    /// Resize cloud disk failed.
    public static let failure = IaaSCode.diskResize
    /// One change of a disk at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["volume:\($0.volumeID)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("volume_id", arguments.volumeID)].compactMap { $0 }
            + arguments.disk.problems(at: "cloud_disk_conf")
    }
}
