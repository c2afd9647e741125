/// What tenants are in the cloud, by tenant.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct CloudAccountCollection: Sendable {
    private let accounts: MongoCollection

    /// The accounts of a database.
    public init(_ database: MongoDatabase) {
        accounts = database.collection("cloud_accounts")
    }

    /// Stores a tenant's account, in the place of what there was.
    public func put(_ account: CloudAccount) async throws {
        try await accounts.replaceOne(["_id": .string(account.tenant)], account.document, upsert: true)
    }

    /// The account of a tenant; nil when it has none.
    public func find(tenant: String) async throws -> CloudAccount? {
        try await accounts.findOne(["_id": .string(tenant)])
            .map { try accounts.reading($0, CloudAccount.init(document:)) }
    }

    /// Forgets a tenant's account.
    public func remove(tenant: String) async throws {
        try await accounts.deleteOne(["_id": .string(tenant)])
    }
}
