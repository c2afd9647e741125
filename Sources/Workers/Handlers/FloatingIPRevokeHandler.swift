import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Takes addresses outside from servers and gives them back to the cloud.
public struct FloatingIPRevokeHandler: CloudHandler {
    /// `floating_ip.revoke`.
    public typealias Kind = FloatingIPRevoke

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: FloatingIPRevoke.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let cloud = Networking(try await clouds.session(of: job.tenant, region: arguments.region))
        return try await lasting("revoke", "the return of the address", job) {
            var filter = Networking.Filter()
            filter.floatingAddress = arguments.address
            if let address = try await cloud.floatingAddresses(filter).first {
                var isBound = false
                if let port = address.portID {
                    isBound = try await cloud.port(port).deviceID == arguments.instance
                }
                guard isBound else {
                    throw JobError.cloud(
                        "not_bound",
                        "the address is not bound to this server",
                        .floatingIPRevoke,
                        status: 409
                    )
                }
                // Deleting unbinds, in one request.
                try await Self.removing { try await cloud.deleteFloatingAddress(address.id) }
            }
            return Self.reply(["revoked_time": .string(Timestamp.now.rfc3339)])
        }
    }
}
