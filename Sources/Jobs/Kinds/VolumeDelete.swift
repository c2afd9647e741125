public import HawserCore
public import HawserQueue

/// Deletes a cloud disk: `volume.delete`.
public enum VolumeDelete: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The disk's id.
        public var volumeID: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case volumeID = "volume_id"
            case region
        }

        /// Arguments.
        public init(volumeID: String, region: String? = nil) {
            self.volumeID = volumeID
            self.region = region
        }
    }

    /// `volume.delete`.
    public static let name = "volume.delete"
    /// Delete cloud disk failed.
    public static let failure = IaaSCode.diskDelete
    /// One change of a disk at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["volume:\($0.volumeID)"] }

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("volume_id", arguments.volumeID)].compactMap { $0 }
    }
}
