public import HawserCore
public import HawserQueue

/// Makes a cloud disk: `volume.create`.
public enum VolumeCreate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String?
        /// Its description.
        public var description: String?
        /// The region; nil: the cloud's first.
        public var region: String?
        /// The availability zone.
        public var zone: String?
        /// Its type and size.
        public var disk: CloudDiskConf

        private enum CodingKeys: String, CodingKey {
            case name = "volume_name"
            case description = "volume_desc"
            case region
            case zone = "availability_zone"
            case disk = "cloud_disk_conf"
        }

        /// Arguments.
        public init(
            name: String? = nil,
            description: String? = nil,
            region: String? = nil,
            zone: String? = nil,
            disk: CloudDiskConf
        ) {
            self.name = name
            self.description = description
            self.region = region
            self.zone = zone
            self.disk = disk
        }
    }

    /// `volume.create`.
    public static let name = "volume.create"
    /// Create cloud disk failed.
    public static let failure = IaaSCode.diskCreate

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [
            ArgumentProblem.name("volume_name", arguments.name, 0...255),
            ArgumentProblem.text("volume_desc", arguments.description, 0...255),
            ArgumentProblem.name("availability_zone", arguments.zone, 0...255),
        ].compactMap { $0 } + arguments.disk.problems(at: "cloud_disk_conf")
    }
}
