import HawserCore
import HawserQueue

/// Makes an instance with its disks: `instance.create`.
public enum InstanceCreate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The region; nil: the cloud's first.
        public var region: String?
        /// The availability zone.
        public var zone: String?
        /// The flavor's id.
        public var flavor: String
        /// The image's id.
        public var image: String
        /// The disk it starts from.
        public var systemDisk: CloudDiskConf?
        /// Its other disks.
        public var dataDisks: [CloudDiskConf]
        /// The network's id.
        public var network: String
        /// The names of its security groups; empty: the project's default.
        public var securityGroups: [String]
        /// Its name.
        public var name: String
        /// The host name within; nil: made of its name.
        public var hostName: String?

        private enum CodingKeys: String, CodingKey {
            case region
            case zone = "availability_zone"
            case flavor = "flavor_ref"
            case image = "image_ref"
            case systemDisk = "system_disk"
            case dataDisks = "data_disks"
            case network = "network_uuid"
            case securityGroups = "security_group_name"
            case name = "instance_name"
            case hostName = "hypervisor_hostname"
        }

        /// Arguments.
        public init(
            region: String? = nil,
            zone: String? = nil,
            flavor: String,
            image: String,
            systemDisk: CloudDiskConf? = nil,
            dataDisks: [CloudDiskConf] = [],
            network: String,
            securityGroups: [String] = [],
            name: String,
            hostName: String? = nil
        ) {
            self.region = region
            self.zone = zone
            self.flavor = flavor
            self.image = image
            self.systemDisk = systemDisk
            self.dataDisks = dataDisks
            self.network = network
            self.securityGroups = securityGroups
            self.name = name
            self.hostName = hostName
        }
    }

    /// `instance.create`.
    public static let name = "instance.create"
    /// Create instance failed.
    public static let failure = IaaSCode.instanceCreate
}
