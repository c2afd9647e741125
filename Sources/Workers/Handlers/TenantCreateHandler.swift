import Foundation
import HawserCloud
import HawserCore
public import HawserJobs
import HawserMetadata
import HawserQueue

/// Makes tenants: here, and in the cloud a domain, project, user and role that are called by the tenant's id.
///
/// Nothing is left of a tenant that could not be made as a whole.
public struct TenantCreateHandler: CloudHandler {
    /// `tenant.create`.
    public typealias Kind = TenantCreate

    /// The secrets of a tenant to be, sealed, so that a later run uses the same.
    private struct Secrets: Codable, Sendable {
        let apiKey: Data
        let password: Data
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: TenantCreate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let secrets: Secrets = try await job.step("secrets") {
            Secrets(
                apiKey: try seal(TenantKey.make(), job),
                password: try seal(Secret(Data(Crypto.randomBytes(24)).base64EncodedString()), job)
            )
        }
        let apiKey = try open(secrets.apiKey, job)
        let tenant = try await register(arguments.tenantName, apiKey, job)
        let identity = Identity(try clouds.operatorSession())
        let domain = try await makeDomain(identity, tenant, arguments.tenantName, job)
        let project = try await job.step(
            "project",
            adopt: { try await identity.projects(.init(name: tenant, domainID: domain)).first?.id }
        ) {
            try await identity.createProject(name: tenant, domainID: domain, description: arguments.tenantName).id
        }
        let password = try open(secrets.password, job)
        let user = try await job.step(
            "user",
            adopt: { try await identity.users(.init(name: tenant, domainID: domain)).first?.id }
        ) {
            try await identity.createUser(
                name: tenant,
                password: password,
                domainID: domain,
                defaultProjectID: project
            ).id
        }
        let role = try await makeRole(try clouds.operatorSession(), tenant, job)
        try await job.step("grants") {
            // The tenant's own role is what the seed asks for; what its holder may do is what `member` may.
            for role in [role] + (try await identity.roles(.init(name: "member"))).map(\.id) {
                try await identity.grant(role: role, toUser: user, in: .project(project))
            }
            return NoOutput()
        }
        let account = CloudAccount(
            tenant: tenant,
            cloud: clouds.name,
            domainID: domain,
            projectID: project,
            userID: user,
            roleID: role,
            sealedPassword: try Crypto.seal(
                Array(password.revealed.utf8),
                key: services.masterKey,
                context: CloudAccount.context(of: tenant)
            ),
            created: job.created
        )
        // What was made is tried before it is promised.
        _ = try await Identity(try clouds.session(with: account)).project(project)
        try await job.step("account", adopt: { nil }, undo: { _ in try await services.accounts.remove(tenant: tenant) })
        {
            try await services.accounts.put(account)
            return NoOutput()
        }
        return try TenantCreate.sealed(tenant: tenant, apiKey: apiKey, key: services.masterKey)
    }

    /// Gives the tenant its number here.
    private func register(_ name: String, _ apiKey: Secret, _ job: JobContext) async throws -> String {
        let hash = TenantKey.hash(apiKey)
        return try await job.step(
            "tenant",
            adopt: { try await services.tenants.find(keyHash: hash)?.id },
            undo: { id in try await services.tenants.remove(id: id) }
        ) {
            do {
                return try await services.tenants.add(name: name, keyHash: hash).id
            } catch let error as MetadataError where error.isDuplicate {
                throw JobError.cloud("tenant_exists", "the name is taken", .tenantExists, status: 409)
            }
        }
    }

    private func makeDomain(
        _ identity: Identity,
        _ tenant: String,
        _ name: String,
        _ job: JobContext
    ) async throws -> String {
        let mark = Self.mark(job)
        return try await job.step(
            "domain",
            // Only this job's own: another installation on the same cloud may have a domain of this name.
            adopt: { try await identity.domains(name: tenant).first { $0.description.hasSuffix(mark) }?.id },
            undo: { id in
                // With it go its project and user.
                try await Self.undoing {
                    _ = try await identity.updateDomain(id, isEnabled: false)
                    try await identity.deleteDomain(id)
                }
            }
        ) {
            try await identity.createDomain(name: tenant, description: name + mark).id
        }
    }

    private func makeRole(_ session: CloudSession, _ tenant: String, _ job: JobContext) async throws -> String {
        let mark = Self.mark(job)
        return try await job.step(
            "role",
            adopt: {
                let roles = try await session.send(CloudCall("GET", .identity, "/roles", query: [("name", tenant)]))
                let own = roles.body["roles"]?.array?.first { $0["description"]?.string?.hasSuffix(mark) == true }
                return own?["id"]?.string
            },
            undo: { id in try await Self.undoing { try await Identity(session).deleteRole(id) } }
        ) {
            let body: JSON = ["role": ["name": .string(tenant), "description": .string("tenant \(tenant)" + mark)]]
            let answer = try await session.send(CloudCall("POST", .identity, "/roles", body: body))
            guard let id = answer.body["role"]?["id"]?.string else {
                throw JobError.retryable("cloud_unavailable", "the answer to a new role has no id")
            }
            return id
        }
    }

    /// What the job's own things of the whole cloud are told by, at the end of their descriptions.
    private static func mark(_ job: JobContext) -> String { " (hawser \(job.id.text))" }

    private func seal(_ secret: Secret, _ job: JobContext) throws -> Data {
        Data(try Crypto.seal(Array(secret.revealed.utf8), key: services.masterKey, context: job.id.text))
    }

    private func open(_ sealed: Data, _ job: JobContext) throws -> Secret {
        let bytes = try Crypto.open(Array(sealed), key: services.masterKey, context: job.id.text)
        return Secret(String(decoding: bytes, as: UTF8.self))
    }
}
