import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Puts firewalls at ports of routers and takes them from there; a firewall is at one port, a port has one firewall.
public struct FirewallOperateHandler: CloudHandler {
    /// `firewall.operate`.
    public typealias Kind = FirewallOperate

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FirewallOperate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        let attaches = arguments.operation == .attach
        try await needFirewalls(cloud, job)
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (ports: [String]) in
                try await Self.undoing { try await Self.set(ports, of: arguments.id, cloud) }
            }
        ) {
            let ports = try await cloud.firewallGroup(arguments.id).portIDs
            guard ports.isEmpty || ports.contains(arguments.port) else {
                throw JobError.cloud("bound", "the firewall is at another port", .firewallBound, status: 409)
            }
            return ports
        }
        try await job.step("ports") {
            try await Self.set(attaches ? [arguments.port] : [], of: arguments.id, cloud)
            return NoOutput()
        }
        try await applied(firewall: arguments.id, cloud, job)
        return try await job.step("reply") {
            Self.reply([
                "firewall_id": .string(arguments.id),
                "firewall_attached_port_id": .string(arguments.port),
                "ops_type": .string(arguments.operation.rawValue),
                "operated_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }

    /// Sets where a firewall is; what is so already stays so.
    private static func set(_ ports: [String], of id: String, _ cloud: Networking) async throws {
        guard try await cloud.firewallGroup(id).portIDs != ports else { return }
        var change = Networking.FirewallGroupChange()
        change.portIDs = ports
        do {
            _ = try await cloud.updateFirewallGroup(id, change)
        } catch let error as CloudError where error.type == "FirewallGroupPortInUse" {
            throw JobError.cloud("port_bound", "the port has another firewall", .firewallBound, status: 409)
                .telling(error.said)
        } catch let error as CloudError where Self.unfit.contains(error.type ?? "") {
            throw JobError.cloud("port_unfit", "no firewall can be at this port", .firewallOperate, status: 400)
                .telling(error.said)
        }
    }

    /// What Neutron says of a port that is not a router's or of another project.
    private static let unfit: Set = [
        "FirewallGroupPortInvalid", "FirewallGroupPortInvalidProject", "FirewallGroupPortNotSupported",
    ]
}
