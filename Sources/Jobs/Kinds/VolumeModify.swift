public import HawserCore
public import HawserQueue

/// Changes a cloud disk's name and description: `volume.modify`.
public enum VolumeModify: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The disk's id.
        public var volumeID: String
        /// The new name; nil: as it is.
        public var name: String?
        /// The new description; nil: as it is.
        public var description: String?
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case volumeID = "volume_id"
            case name = "volume_name"
            case description = "volume_desc"
            case region
        }

        /// Arguments.
        public init(volumeID: String, name: String? = nil, description: String? = nil, region: String? = nil) {
            self.volumeID = volumeID
            self.name = name
            self.description = description
            self.region = region
        }
    }

    /// `volume.modify`.
    public static let name = "volume.modify"
    /// Modify cloud disk failed.
    public static let failure = IaaSCode.diskModify
    /// One change of a disk at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["volume:\($0.volumeID)"] }

    /// What no cloud would take, and a change of nothing.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        let isEmpty = arguments.name == nil && arguments.description == nil
        return [
            ArgumentProblem.id("volume_id", arguments.volumeID),
            ArgumentProblem.name("volume_name", arguments.name, 0...255),
            ArgumentProblem.text("volume_desc", arguments.description, 0...255),
            isEmpty ? ArgumentProblem("", "volume_name or volume_desc is required") : nil,
        ].compactMap { $0 }
    }
}
