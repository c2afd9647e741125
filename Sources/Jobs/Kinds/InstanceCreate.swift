public import HawserCore
public import HawserQueue

/// Makes an instance with its disks: `instance.create`.
public enum InstanceCreate: CloudJob {
    /// What is to be done.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The region; nil: the cloud's first.
        public var region: String?
        /// The availability zone; nil or empty: the cloud's choice.
        public var zone: String?
        /// The flavor's id.
        public var flavor: String
        /// The image's id.
        public var image: String
        /// The disk it starts from.
        public var systemDisk: CloudDiskConf?
        /// Its other disks; nil: none.
        public var dataDisks: [CloudDiskConf]?
        /// The network's id.
        public var network: String
        /// The names of its security groups; nil or empty: the project's default.
        public var securityGroups: [String]?
        /// Its name.
        public var name: String
        /// The host name within; nil or empty: made of its name.
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
            dataDisks: [CloudDiskConf]? = nil,
            network: String,
            securityGroups: [String]? = nil,
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

    /// The most data disks; what a virtual machine has room for beside its system disk.
    public static let mostDisks = 25
    /// The most security groups.
    public static let mostGroups = 32

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        let (disks, groups) = (arguments.dataDisks ?? [], arguments.securityGroups ?? [])
        var problems = [
            ArgumentProblem.name("availability_zone", arguments.zone, 0...255),
            ArgumentProblem.id("flavor_ref", arguments.flavor), ArgumentProblem.id("image_ref", arguments.image),
            ArgumentProblem.id("network_uuid", arguments.network),
            ArgumentProblem.name("instance_name", arguments.name, 1...255),
            hostNameProblem(arguments.hostName.given),
        ].compactMap { $0 }
        problems += arguments.systemDisk?.problems(at: "system_disk", needsSize: false) ?? []
        if disks.count > mostDisks {
            problems.append(ArgumentProblem("data_disks", "must have at most \(mostDisks) disks"))
        } else {
            problems += disks.enumerated().flatMap { $1.problems(at: "data_disks[\($0)]") }
        }
        if groups.count > mostGroups {
            problems.append(ArgumentProblem("security_group_name", "must have at most \(mostGroups) names"))
        } else {
            problems += groups.enumerated().compactMap {
                ArgumentProblem.name("security_group_name[\($0)]", $1, 1...255)
            }
        }
        return problems
    }

    /// A host name by RFC 1123.
    private static func hostNameProblem(_ name: String?) -> ArgumentProblem? {
        guard let name, name.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?/) == nil else { return nil }
        return ArgumentProblem("hypervisor_hostname", "must be a host name: letters, digits and '-', at most 63")
    }
}
