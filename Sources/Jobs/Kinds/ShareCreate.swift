import HawserCore
import HawserQueue

/// Makes a NAS disk: `share.create`.
public enum ShareCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The share's name.
        public var shareName: String
        /// What it is for.
        public var shareDesc: String?
        /// `NFS`, `CIFS`, …
        public var shareProto: String
        /// Its size in GiB.
        public var shareSizeInG: Int
        /// The region; nil: the cloud's first.
        public var region: String?
        /// The network (VPC) from which it is mounted.
        public var networkID: String

        private enum CodingKeys: String, CodingKey {
            case shareName = "share_name"
            case shareDesc = "share_desc"
            case shareProto = "share_proto"
            case shareSizeInG = "share_size_in_g"
            case region
            case networkID = "network_id"
        }

        /// A NAS disk.
        public init(
            shareName: String,
            shareDesc: String?,
            shareProto: String,
            shareSizeInG: Int,
            region: String?,
            networkID: String
        ) {
            self.shareName = shareName
            self.shareDesc = shareDesc
            self.shareProto = shareProto
            self.shareSizeInG = shareSizeInG
            self.region = region
            self.networkID = networkID
        }
    }

    /// `share.create`.
    public static let name = "share.create"
    /// Create nas disk failed.
    public static let failure = IaaSCode.shareCreate
}
