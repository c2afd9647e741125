public import HawserCore
public import HawserQueue

/// Deletes a NAS disk and the share network that was made for it: `share.delete`.
public enum ShareDelete: CloudJob {
    /// What is to be deleted.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The share.
        public var shareID: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case shareID = "share_id"
            case region
        }

        /// A NAS disk.
        public init(shareID: String, region: String?) {
            self.shareID = shareID
            self.region = region
        }
    }

    /// `share.delete`.
    public static let name = "share.delete"
    /// Delete nas disk failed.
    public static let failure = IaaSCode.shareDelete
    /// An id that is none.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("share_id", arguments.shareID)].compactMap { $0 }
    }
    /// One change of a share at a time.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["share:\($0.shareID)"] }
}
