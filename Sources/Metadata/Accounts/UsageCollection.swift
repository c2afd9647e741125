import HawserCore

/// What tenants have stored and moved, changed in the same transaction as what is counted, so that it is exact whatever
/// crashes.
///
/// Each tenant has several counters, whose sum counts: transactions that change one document at the same time are in
/// each other's way.
public struct UsageCollection: Sendable {
    /// Counters per tenant: enough that the uploads of one worker seldom meet.
    private static let shards: UInt64 = 32

    private let counters: MongoCollection

    /// The usage of a database.
    public init(_ database: MongoDatabase) {
        counters = database.collection("usage")
    }

    /// What a tenant has stored and moved by now.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func of(_ tenant: String) async throws -> Usage {
        let ids = (0..<Self.shards).map { BSON.string(Self.id(tenant, $0)) }
        return try await counters.find(["_id": ["$in": .array(ids)]])
            .map { try counters.reading($0, Usage.init(document:)) }.reduce(Usage(), +)
    }

    /// Counts a change, as a part of the transaction that makes it.
    ///
    /// - Parameters:
    ///   - change: what is added; negative where it is taken away.
    ///   - tenant: whose.
    ///   - key: what changes (an object's id); of the same key always the same counter is used.
    ///   - transaction: the transaction.
    /// - Throws: what the transaction throws.
    public func add(_ change: Usage, to tenant: String, for key: String, in transaction: MongoTransaction) throws {
        let change = change.change
        guard !change.isEmpty else { return }
        // FNV-1a: the counter of a key must be the same in every process.
        let hash = key.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        do {
            try transaction.updateOne(
                counters,
                ["_id": .string(Self.id(tenant, (hash >> 32) % Self.shards))],
                ["$inc": .document(change)],
                upsert: true
            )
        } catch let error as MetadataError where error.isDuplicate {
            // Another transaction made the counter at the same moment.
            throw MongoTransaction.Conflict(cause: error)
        }
    }

    private static func id(_ tenant: String, _ shard: UInt64) -> String { "\(tenant)#\(shard)" }
}
