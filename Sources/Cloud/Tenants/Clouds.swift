import HawserCore
public import HawserHTTP
public import HawserMetadata
import Synchronization

/// The clouds of this installation: where they are, how the operator logs in, and how each tenant does.
public final class Clouds: Sendable {
    /// A tenant whose account is known, for a while.
    private struct Known {
        let account: CloudAccount
        let found: ContinuousClock.Instant
    }

    private static let fresh = Duration.seconds(60)
    private static let bound = 10_000

    /// The entry of `clouds.yaml` that may make domains.
    public let name: String
    private let file: CloudsFile
    private let accounts: CloudAccountCollection
    private let masterKey: [UInt8]
    private let sessions: CloudSessions
    private let known = Mutex<[String: Known]>([:])

    /// The clouds of a `clouds.yaml`.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - name: the entry with the rights to make domains.
    ///   - accounts: what tenants are in the cloud.
    ///   - masterKey: opens their passwords.
    ///   - client: sends all requests.
    ///   - isNotified: whether this process hears the notifications of that entry's cloud and region.
    /// - Throws: `CloudsFileError` when the file cannot be read or has no such entry.
    public init(
        path: String,
        name: String,
        accounts: CloudAccountCollection,
        masterKey: [UInt8],
        client: HTTPClient,
        isNotified: Bool = false
    ) throws {
        file = try CloudsFile(path: path)
        self.name = name
        self.accounts = accounts
        self.masterKey = masterKey
        let own = try file.cloud(name)
        sessions = CloudSessions(client: client) { settings in
            isNotified && settings.name == own.name && settings.region == own.region
        }
    }

    /// The operator's session.
    ///
    /// - Throws: `CloudsFileError` when the entry does not name the region.
    public func operatorSession(region: String? = nil) throws -> CloudSession {
        sessions.session(for: try file.cloud(name, region: region))
    }

    /// The operator's session in the cloud and region of a tenant's: the tenant may have been made when another entry of
    /// `clouds.yaml` was the one for new tenants.
    ///
    /// - Throws: `CloudsFileError`.
    public func operatorSession(beside session: CloudSession) throws -> CloudSession {
        sessions.session(for: try file.cloud(session.settings.name, region: session.settings.region))
    }

    /// A tenant's session.
    ///
    /// - Parameters:
    ///   - tenant: the tenant's id.
    ///   - region: one of the cloud's; nil or empty: its first.
    /// - Returns: the session.
    /// - Throws: `NoCloudAccount`; `CloudsFileError` for a region that is none, neither in `clouds.yaml` nor in the
    ///   catalogue of a cloud that answers; `MetadataUnavailable`; `CryptoError`.
    public func session(of tenant: String, region: String? = nil) async throws -> CloudSession {
        let session = sessions.session(for: try await settings(of: tenant, region: region))
        guard let region = session.settings.region, try file.leaves(region, of: session.settings.name),
            let catalog = try? await session.token().catalog, !catalog.regions.contains(region)
        else { return session }
        throw file.error(["clouds", session.settings.name, "region_name"], "the catalogue has no such region")
    }

    /// The watch over a tenant's servers, volumes and shares.
    ///
    /// - Throws: as `session(of:region:)`.
    public func watch(of tenant: String, region: String? = nil) async throws -> CloudWatch {
        sessions.watch(for: try await settings(of: tenant, region: region))
    }

    /// The session of an account that is not stored yet.
    ///
    /// - Parameters:
    ///   - account: the account.
    ///   - region: one of the cloud's; nil or empty: its first.
    /// - Returns: the session.
    /// - Throws: `CloudsFileError`; `CryptoError` when its password was sealed with another key.
    public func session(with account: CloudAccount, region: String? = nil) throws -> CloudSession {
        sessions.session(for: try settings(account, region: region))
    }

    /// Forgets what is known of a tenant.
    public func forget(_ tenant: String) {
        known.withLock { $0[tenant] = nil }
    }

    private func settings(of tenant: String, region: String?) async throws -> CloudSettings {
        try settings(try await account(of: tenant), region: region)
    }

    private func settings(_ account: CloudAccount, region: String?) throws -> CloudSettings {
        guard file.names.contains(account.cloud) else {
            throw NoCloudAccount(tenant: account.tenant, cloud: account.cloud)
        }
        let region = region.flatMap { $0.isEmpty ? nil : $0 }
        var settings = try file.cloud(account.cloud, region: region)
        let password = try Crypto.open(
            account.sealedPassword,
            key: masterKey,
            context: CloudAccount.context(of: account.tenant)
        )
        settings.credentials.method = .password(
            .id(account.userID),
            Secret(String(decoding: password, as: UTF8.self))
        )
        settings.credentials.scope = .project(id: account.projectID)
        return settings
    }

    private func account(of tenant: String) async throws -> CloudAccount {
        let now = ContinuousClock.now
        if let known = known.withLock({ $0[tenant] }), now - known.found < Self.fresh { return known.account }
        guard let account = try await accounts.find(tenant: tenant) else { throw NoCloudAccount(tenant: tenant) }
        known.withLock { known in
            if known.count >= Self.bound { known.removeAll() }
            known[tenant] = Known(account: account, found: now)
        }
        return account
    }
}

/// A tenant that is none in a cloud of this installation: it was made without one, or in one that is gone.
public struct NoCloudAccount: Error, CustomStringConvertible {
    /// The tenant.
    public let tenant: String
    /// The cloud it is in, which `clouds.yaml` does not name any more; nil: it is in none.
    public var cloud: String?

    /// The error as a sentence.
    public var description: String {
        cloud.map { "the cloud \($0) of tenant \(tenant) is not configured" }
            ?? "tenant \(tenant) has no account in the cloud"
    }
}
