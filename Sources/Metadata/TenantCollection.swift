import HawserCore

/// The tenants.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct TenantCollection: Sendable {
    private let tenants: MongoCollection
    private let counters: MongoCollection

    /// The tenants of a database.
    public init(_ database: MongoDatabase) {
        tenants = database.collection("tenants")
        counters = database.collection("counters")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await tenants.createIndexes([
            MongoIndex(["name": 1], isUnique: true), MongoIndex(["key_hash": 1], isUnique: true),
        ])
    }

    /// Adds a tenant with the next free number.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when another has the name (index `name_1`) or the key.
    public func add(name: String, keyHash: [UInt8]) async throws -> Tenant {
        // Asked first so that a name that is taken does not use up a number; the index decides.
        if try await find(name: name) != nil {
            throw MetadataError(
                operation: "insert",
                collection: tenants.name,
                kind: .duplicate(index: "name_1"),
                cause: "duplicate key in index name_1"
            )
        }
        let digits = String(try await nextNumber())
        let tenant = Tenant(
            id: "t-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits,
            name: name,
            keyHash: keyHash,
            created: .now
        )
        try await tenants.insertOne(tenant.document)
        return tenant
    }

    /// The tenant with an id, if there is one.
    public func find(id: String) async throws -> Tenant? {
        try await tenants.findOne(["_id": .string(id)]).map { try tenants.reading($0, Tenant.init(document:)) }
    }

    /// The tenant of a name, if there is one.
    public func find(name: String) async throws -> Tenant? {
        try await tenants.findOne(["name": .string(name)]).map { try tenants.reading($0, Tenant.init(document:)) }
    }

    /// Removes a tenant; its number is not given again.
    public func remove(id: String) async throws {
        try await tenants.deleteOne(["_id": .string(id)])
    }

    /// The tenant whose API key has this SHA-256, if there is one.
    public func find(keyHash: [UInt8]) async throws -> Tenant? {
        try await tenants.findOne(["key_hash": .binary(keyHash)])
            .map { try tenants.reading($0, Tenant.init(document:)) }
    }

    /// Tenants in the order of their ids, those after an id, so many at most.
    public func list(after id: String = "", limit: Int = 1000) async throws -> [Tenant] {
        try await tenants.find(["_id": ["$gt": .string(id)]], sort: ["_id": 1], limit: limit)
            .map { try tenants.reading($0, Tenant.init(document:)) }
    }

    private func nextNumber() async throws -> Int64 {
        let counter = try await counters.findOneAndUpdate(["_id": "tenants"], ["$inc": ["last": 1]], upsert: true)
        return try counters.reading(counter ?? [:]) { try $0.required("last", \.int) }
    }
}
