/// What a tenant of the file store may do now: registered, verified, paid, and within its limits.
public struct Allowance: Sendable {
    /// What is to be done.
    public enum Purpose: Sendable {
        /// A folder is made.
        case folder
        /// Bytes go up.
        case upload
        /// Bytes go down.
        case download
        /// Usage is asked for.
        case usage
    }

    /// Why it may not be done; the numbers are those of seed 001.
    public enum Refusal: Int, Error, Sendable {
        /// It has not verified its address.
        case unverified = 400
        /// It has no package that counts now.
        case unpaid = 401
        /// It stores as much as it may.
        case volume = 410
        /// It moved as much as it may.
        case netflow = 411
        /// It moved up as much as it may.
        case upNetflow = 412
        /// It moved down as much as it may.
        case downNetflow = 413

        /// What it says to the client.
        public var message: String {
            switch self {
            case .unverified: "email not verified"
            case .unpaid: "not buy any package order"
            case .volume: "storage volume exceed"
            case .netflow: "netflow exceed"
            case .upNetflow: "upload netflow exceed"
            case .downNetflow: "download netflow exceed"
            }
        }
    }

    private let registrations: RegistrationCollection
    private let orders: OrderCollection
    private let usage: UsageCollection

    /// The allowances by what is in a database.
    public init(_ database: MongoDatabase) {
        registrations = RegistrationCollection(database)
        orders = OrderCollection(database)
        usage = UsageCollection(database)
    }

    /// Looks whether a tenant may do something; a limit that is reached is one that is passed.
    ///
    /// - Returns: what it may use and what it has used.
    /// - Throws: `Refusal`; `MetadataUnavailable`, `MetadataError`.
    @discardableResult
    public func check(_ tenant: String, for purpose: Purpose) async throws -> (service: StorageService, used: Usage) {
        guard let registration = try await registrations.find(tenant), registration.isVerified else {
            throw Refusal.unverified
        }
        return try await checkLimits(of: tenant, for: purpose)
    }

    /// Looks only at what was paid and what is used, for work that has begun.
    @discardableResult
    public func checkLimits(
        of tenant: String,
        for purpose: Purpose
    ) async throws -> (service: StorageService, used: Usage) {
        guard let service = try await orders.service(of: tenant), service.isRunning else { throw Refusal.unpaid }
        let used = service.counted(try await usage.of(tenant))
        switch purpose {
        case .folder, .usage: break
        case .upload:
            if service.volume <= used.volume { throw Refusal.volume }
            if service.netflow <= used.up + used.down { throw Refusal.netflow }
            if service.upNetflow <= used.up { throw Refusal.upNetflow }
        case .download:
            if service.netflow <= used.up + used.down { throw Refusal.netflow }
            if service.downNetflow <= used.down { throw Refusal.downNetflow }
        }
        return (service, used)
    }
}
