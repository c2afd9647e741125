public import HawserCore

/// Who registered with the file store.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct RegistrationCollection: Sendable {
    private let registrations: MongoCollection

    /// The registrations of a database.
    public init(_ database: MongoDatabase) {
        registrations = database.collection("registrations")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await registrations.createIndexes([MongoIndex(["address": 1], isUnique: true)])
    }

    /// Stores a registration that is new.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when the tenant is registered (index `_id_`) or the address is
    ///   (index `address_1`).
    public func insert(_ registration: Registration) async throws {
        try await registrations.insertOne(registration.document)
    }

    /// The registration of a tenant.
    public func find(_ tenant: String) async throws -> Registration? {
        try await registrations.findOne(["_id": .string(tenant)])
            .map { try registrations.reading($0, Registration.init(document:)) }
    }

    /// Takes back a registration whose code could not be mailed, unless it has another code by now.
    public func remove(_ registration: Registration) async throws {
        try await registrations.deleteOne(known(registration))
    }

    /// Notes that the address is the tenant's.
    ///
    /// - Returns: false when the code was replaced or used meanwhile.
    public func verify(_ registration: Registration) async throws -> Bool {
        let change: BSONDocument = ["$set": ["is_verified": true, "code": nil]]
        return try await registrations.updateOne(known(registration), change).matched > 0
    }

    /// Puts a new code in the place of the one that is known, and counts that as a try.
    ///
    /// - Returns: false when it was replaced or used meanwhile.
    public func replaceCode(
        of registration: Registration,
        by sealed: [UInt8],
        id: String,
        tries: Int64,
        from counted: Timestamp
    ) async throws -> Bool {
        let change: BSONDocument = [
            "code": .binary(sealed), "code_id": .string(id), "code_made": .date(.now), "tries": .int(tries),
            "counted_from": .date(counted),
        ]
        return try await registrations.updateOne(known(registration), ["$set": .document(change)]).matched > 0
    }

    private func known(_ registration: Registration) -> BSONDocument {
        ["_id": .string(registration.tenant), "is_verified": false, "code_id": .string(registration.codeID)]
    }
}
