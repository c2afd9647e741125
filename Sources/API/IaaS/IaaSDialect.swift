import HawserCloud
import HawserJobs

/// Seed 004: the cloud under `/iaas/v1`, with the seed's field names, codes and messages as JSON.
struct IaaSDialect: Sendable {
    static let prefix = "/iaas/v1"

    let backend: Backend

    var endpoints: [Endpoint] {
        TenantService(dialect: self).endpoints
            + FlavorService(dialect: self).endpoints
            + ImageService(dialect: self).endpoints
            + InstanceService(dialect: self).endpoints
            + SecurityGroupService(dialect: self).endpoints
            + CloudDiskService(dialect: self).endpoints
            + NasDiskService(dialect: self).endpoints
            + VPCService(dialect: self).endpoints
            + RouterService(dialect: self).endpoints
            + PeerLinkService(dialect: self).endpoints
            + FirewallService(dialect: self).endpoints
    }

    /// The clouds.
    ///
    /// - Throws: `IaaSFailure` when there are none.
    func clouds() throws -> Clouds {
        guard let clouds = backend.clouds else {
            throw IaaSFailure(.noClient, status: 502, "no cloud is configured")
        }
        return clouds
    }

    /// A tenant's session in a region; nil or empty: the cloud's first.
    ///
    /// - Throws: `IaaSFailure` when the tenant has no account in a cloud, or the cloud no such region.
    func session(of tenant: String, region: String?) async throws -> CloudSession {
        do {
            return try await clouds().session(of: tenant, region: region)
        } catch let error as NoCloudAccount {
            throw IaaSFailure(.noClient, status: 403, "\(error)")
        } catch is CloudsFileError {
            throw IaaSFailure([.init("region", "is not known")])
        }
    }
}
