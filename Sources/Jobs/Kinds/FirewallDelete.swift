public import HawserCore
public import HawserQueue

/// Deletes a firewall with its rules: `firewall.delete`.
public enum FirewallDelete: CloudJob {
    /// What is to be deleted.
    public struct Arguments: Codable, Sendable, Equatable {
        /// The firewall's id.
        public var id: String
        /// The region; nil: the cloud's first.
        public var region: String?

        private enum CodingKeys: String, CodingKey {
            case id = "firewall_id"
            case region
        }

        /// A firewall.
        public init(id: String, region: String? = nil) {
            self.id = id
            self.region = region
        }
    }

    /// `firewall.delete`.
    public static let name = "firewall.delete"
    /// Delete firewall failed.
    public static let failure = IaaSCode.firewallDelete
    /// The firewall.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["firewall:\($0.id)"] }

    /// An id that is none.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        [ArgumentProblem.id("firewall_id", arguments.id)].compactMap { $0 }
    }
}
