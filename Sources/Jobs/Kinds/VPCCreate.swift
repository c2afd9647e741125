public import HawserCore
public import HawserQueue

/// Makes a VPC: a network, its subnet, and a router that is connected to it: `vpc.create`.
public enum VPCCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The network's name; several may have the same.
        public var name: String
        /// The description.
        public var description: String?
        /// The region; nil: the cloud's first.
        public var region: String?
        /// The addresses, IPv4: `192.168.0.0/24`.
        public var subnet: String

        private enum CodingKeys: String, CodingKey {
            case name = "vpc_name"
            case description = "vpc_desc"
            case region, subnet
        }

        /// A VPC.
        public init(name: String, description: String? = nil, region: String? = nil, subnet: String) {
            self.name = name
            self.description = description
            self.region = region
            self.subnet = subnet
        }
    }

    /// `vpc.create`.
    public static let name = "vpc.create"
    /// Create network failed.
    public static let failure = IaaSCode.networkCreate
    /// A range of addresses that is none.
    public static let refusals = ["subnet": IaaSCode.badCIDR]

    /// Names and addresses that no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        // 255 are Neutron's limit of names, and `router-` is put before this one.
        var problems = [
            ArgumentProblem.name("vpc_name", arguments.name, 1...248),
            ArgumentProblem.text("vpc_desc", arguments.description, 0...255),
        ].compactMap { $0 }
        do {
            let range = try AddressRange(parsing: arguments.subnet)
            if range.bytes.count != 4 || !(8...30).contains(range.prefix) {
                problems.append(ArgumentProblem("subnet", "must be an IPv4 range of /8 to /30"))
            }
        } catch {
            problems.append(ArgumentProblem("subnet", "must be a range of addresses: \(error)"))
        }
        return problems
    }

    /// The first address of a subnet that a host can have: its gateway; then the second and the last one.
    ///
    /// - Returns: nil when the range is no IPv4 range of at least two hosts.
    public static func plan(of subnet: String) -> (gateway: String, first: String, last: String)? {
        guard let range = AddressRange(subnet), range.bytes.count == 4, range.prefix <= 30 else { return nil }
        let base = range.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let size = UInt32(1) << UInt32(32 - max(1, range.prefix))
        func text(_ number: UInt32) -> String {
            [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
        }
        return (text(base + 1), text(base + 2), text(base + (size - 2)))
    }
}
