import HawserCloud
import HawserCore
import HawserHTTP
import HawserJobs

/// Seed 004: the cloud under `/iaas/v1`, with the seed's field names, codes and messages as JSON.
struct IaaSDialect: Sendable {
    static let prefix = "/iaas/v1"

    let backend: Backend

    var endpoints: [Endpoint] {
        TenantService(backend: backend).endpoints
            + FlavorService(backend: backend).endpoints
            + ImageService(backend: backend).endpoints
            + InstanceService(backend: backend).endpoints
            + SecurityGroupService(dialect: self).endpoints
            + CloudDiskService(backend: backend).endpoints
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

    /// Reads something from the cloud as the caller's tenant.
    ///
    /// - Parameters:
    ///   - caller: a tenant.
    ///   - region: the region; nil: the cloud's first.
    ///   - code: the seed's code of a failure.
    ///   - request: the client's request, for the log.
    ///   - body: what is read.
    /// - Returns: the seed's reply message: what `body` gives with `code` 200 and `msg`.
    /// - Throws: `IaaSFailure`.
    func read(
        _ caller: Caller,
        region: String? = nil,
        _ code: IaaSCode,
        _ request: Request,
        _ body: (CloudSession) async throws -> [String: JSON]
    ) async throws -> Response {
        let tenant = try caller.tenantID()
        do {
            var reply = try await body(try await clouds().session(of: tenant, region: region))
            reply["code"] = .int(Int64(IaaSCode.ok.rawValue))
            reply["msg"] = .string(IaaSCode.ok.text)
            return .json(200, .object(reply))
        } catch let error as CloudError {
            Log("iaas").warning(
                "the cloud refused",
                ["request_id": request.id, "tenant": tenant, "error": "\(error)", "said": error.said.text]
            )
            var headers = Headers()
            if let wait = error.retryAfter { headers["Retry-After"] = "\(max(1, wait.components.seconds))" }
            throw IaaSFailure(code, status: error.told.status, error.told.message, headers: headers)
        } catch let error as NoCloudAccount {
            throw IaaSFailure(.noClient, status: 403, "\(error)")
        } catch is CloudsFileError {
            throw IaaSFailure(.badParameter, status: 400, "the region is not known")
        }
    }

    /// The answers of a route that makes a change.
    static func changed(_ reply: JSON) -> [Endpoint.Answer] {
        [
            .init(
                status: 202,
                help: "Accepted as a job",
                schema: ["$ref": "#/components/schemas/Job"],
                headers: ["Location", "Retry-After"]
            ),
            .init(
                status: 200,
                help: "Done within the time of Prefer: wait",
                schema: reply,
                headers: ["Location", "Preference-Applied"]
            ),
        ]
    }
}
