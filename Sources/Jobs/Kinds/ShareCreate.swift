public import HawserCore
public import HawserQueue

/// Makes a NAS disk: `share.create`.
public enum ShareCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The share's name.
        public var shareName: String
        /// What it is for.
        public var shareDesc: String?
        /// One of `protocols`; nil: NFS.
        public var shareProto: String?
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
            shareProto: String?,
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
    /// The protocols that Manila knows (its constant `SUPPORTED_SHARE_PROTOCOLS`).
    public static let protocols = ["NFS", "CIFS", "GLUSTERFS", "HDFS", "CEPHFS", "MAPRFS"]

    /// Names, sizes and protocols that no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        var problems = [
            ArgumentProblem.name("share_name", arguments.shareName, 1...255),
            ArgumentProblem.text("share_desc", arguments.shareDesc, 0...255),
            ArgumentProblem.id("network_id", arguments.networkID),
        ].compactMap { $0 }
        if !CloudDiskConf.sizes.contains(arguments.shareSizeInG) {
            let (least, most) = (CloudDiskConf.sizes.lowerBound, CloudDiskConf.sizes.upperBound)
            problems.append(
                ArgumentProblem("share_size_in_g", "must be a whole number of GiB from \(least) to \(most)")
            )
        }
        if let proto = arguments.shareProto, !protocols.contains(proto.uppercased()) {
            problems.append(ArgumentProblem("share_proto", "must be one of \(protocols.joined(separator: ", "))"))
        }
        return problems
    }
}
