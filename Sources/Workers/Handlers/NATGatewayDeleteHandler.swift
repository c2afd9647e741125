import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Takes routers their way outside; the cloud refuses while floating addresses need it.
public struct NATGatewayDeleteHandler: CloudHandler {
    /// `nat_gateway.delete`.
    public typealias Kind = NATGatewayDelete

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: NATGatewayDelete.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        return try await lasting("delete", "the deletion of the gateway", job) {
            try await Self.removing {
                guard let gateway = try await cloud.router(arguments.router).gateway else { return }
                guard gateway.addresses.first?.subnetID == arguments.gateway else {
                    throw JobError.cloud("not_found", "the router has no such gateway", .natDelete, status: 404)
                }
                _ = try await cloud.clearGateway(ofRouter: arguments.router)
            }
            return Self.reply([
                "router_id": .string(arguments.router), "gateway_id": .string(arguments.gateway),
                "deleted_time": .string(Timestamp.now.rfc3339),
            ])
        }
    }
}
