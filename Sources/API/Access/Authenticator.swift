import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import Synchronization

/// Tells who a request comes from: HTTP Basic (`tenant id : key`) or Bearer (a tenant's key or the admin key).
///
/// Keys are found by their SHA-256, so that neither a table of keys nor the time of a comparison gives one away. What
/// was found is kept for a minute, and for as long as MongoDB is away.
final class Authenticator: Sendable {
    private struct Known: Sendable {
        let tenant: String?
        let found: ContinuousClock.Instant
    }

    private static let fresh = Duration.seconds(60)
    /// MongoDB takes longer to answer than a request can wait.
    private struct Slow: UnavailableError {
        let service = "mongodb"
    }

    /// How long a key that was known is good when MongoDB could not be asked.
    private static let respite = Duration.seconds(5)
    /// How long to ask for a key that was known.
    private static let hurry = Duration.milliseconds(250)
    private static let cacheLimit = 100_000

    private let tenants: TenantCollection
    private let adminHash: [UInt8]?
    private let cache = Mutex<[[UInt8]: Known]>([:])

    init(tenants: TenantCollection, adminKey: Secret?) {
        self.tenants = tenants
        adminHash = adminKey.map { Digest.sha256(Array($0.revealed.utf8)) }
    }

    /// Who calls, as far as an endpoint asks.
    ///
    /// - Throws: a 401 problem when the request says nothing of itself or something wrong; 403 when the caller is
    ///   somebody else than the endpoint is for.
    func caller(of request: Request, for access: Endpoint.Access) async throws -> Caller {
        if access == .open { return .anybody }
        guard let value = request.headers["authorization"] else {
            throw Self.unauthorized("Authentication is required.")
        }
        let caller = try await caller(value)
        switch (access, caller) {
        case (.admin, .tenant): throw Problem(status: 403, detail: "This takes the admin key.")
        case (.tenant, .admin): _ = try caller.tenantID()
        default: break
        }
        return caller
    }

    private func caller(_ value: String) async throws -> Caller {
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { throw Self.unauthorized("The Authorization header is malformed.") }
        let credentials = String(parts[1].drop { $0 == " " || $0 == "\t" })
        switch parts[0].lowercased() {
        case "bearer":
            let hash = Digest.sha256(Array(credentials.utf8))
            if let adminHash, Crypto.constantTimeEqual(hash, adminHash) { return .admin }
            guard let tenant = try await tenant(hash) else { throw Self.unauthorized("The key is not valid.") }
            return .tenant(tenant)
        case "basic":
            guard let bytes = Data(base64Encoded: credentials), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
            else {
                throw Self.unauthorized("The Authorization header is malformed.")
            }
            let tenant = try await tenant(Digest.sha256(Array(bytes[(colon + 1)...])))
            let name = Array(bytes[..<colon])
            // An unknown tenant and a wrong key take the same way and the same time.
            guard let tenant, Crypto.constantTimeEqual(Array(tenant.utf8), name) else {
                throw Self.unauthorized("The tenant or the key is not valid.")
            }
            return .tenant(tenant)
        default:
            throw Self.unauthorized("Authenticate with Basic or Bearer.")
        }
    }

    private func tenant(_ hash: [UInt8]) async throws -> String? {
        let now = ContinuousClock.now
        let known = cache.withLock { $0[hash] }
        if let known, let tenant = known.tenant, now - known.found < Self.fresh { return tenant }
        do {
            let tenant = try await lookUp(hash, isKnown: known?.tenant != nil)
            if let tenant {
                cache.withLock { cache in
                    if cache.count >= Self.cacheLimit { cache.removeAll() }
                    cache[hash] = Known(tenant: tenant, found: now)
                }
            }
            return tenant
        } catch let error as any UnavailableError {
            guard let tenant = known?.tenant else { throw error }
            // The next requests need not find out by themselves that MongoDB is away.
            cache.withLock { $0[hash] = Known(tenant: tenant, found: now - Self.fresh + Self.respite) }
            return tenant
        }
    }

    /// Looks a key up; when it was known a while ago, MongoDB has little time to say otherwise, since the request itself
    /// may have to wait for it too.
    private func lookUp(_ hash: [UInt8], isKnown: Bool) async throws -> String? {
        let lookup = Task { try await tenants.find(keyHash: hash)?.id }
        guard isKnown else { return try await lookup.value }
        let waiter = Waiter<String?>()
        Task { waiter.resume(with: await lookup.result) }
        return try await waiter.value(within: Self.hurry, else: .failure(Slow()))
    }

    private static func unauthorized(_ detail: String) -> Problem {
        var headers = Headers()
        headers.add("WWW-Authenticate", "Basic realm=\"Users\", charset=\"UTF-8\"")
        headers.add("WWW-Authenticate", "Bearer")
        return Problem(status: 401, detail: detail, headers: headers)
    }
}
