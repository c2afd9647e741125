import HawserCore

/// The targets of the store.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct TargetCollection: Sendable {
    private static let present: BSONDocument = ["removed": ["$exists": false]]

    private let targets: MongoCollection

    /// The targets of a database.
    public init(_ database: MongoDatabase) {
        targets = database.collection("targets")
    }

    /// Adds a target; one of the same id may have been there once.
    ///
    /// - Throws: `MetadataError`, kind `duplicate`, when there is one with its id.
    public func insert(_ target: TargetRecord) async throws {
        let former: BSONDocument = ["_id": .string(target.id), "removed": ["$exists": true]]
        guard try await targets.replaceOne(former, target.document).matched == 0 else { return }
        try await targets.insertOne(target.document)
    }

    /// Adds those targets whose ids were never used; one that an operator removed does not come back.
    ///
    /// - Returns: how many were added.
    @discardableResult
    public func insertUnused(_ new: [TargetRecord]) async throws -> Int {
        let used = Set(try await targets.find(projection: ["_id": 1]).compactMap { $0["_id"]?.string })
        var count = 0
        for target in new where !used.contains(target.id) {
            do {
                try await targets.insertOne(target.document)
                count += 1
            } catch let error as MetadataError where error.isDuplicate {
                // Another process was faster.
            }
        }
        return count
    }

    /// All targets, by id.
    public func list() async throws -> [TargetRecord] {
        try await targets.find(Self.present, sort: ["_id": 1]).map(read)
    }

    /// A target, if there is one.
    public func find(_ id: String) async throws -> TargetRecord? {
        try await targets.findOne(Self.one(id)).map(read)
    }

    /// Changes what is given of a target; the rest stays.
    ///
    /// - Returns: the target as it is now; nil when there is none.
    public func change(
        _ id: String,
        state: TargetRecord.State? = nil,
        zone: String? = nil,
        weight: Double? = nil
    ) async throws -> TargetRecord? {
        var changes: BSONDocument = [:]
        changes["state"] = (state?.rawValue).map(BSON.string)
        // An empty text takes the zone away.
        changes["zone"] = zone.map { $0.isEmpty ? .null : .string($0) }
        changes["weight"] = weight.map(BSON.double)
        guard !changes.isEmpty else { return try await find(id) }
        return try await targets.findOneAndUpdate(Self.one(id), ["$set": .document(changes)]).map(read)
    }

    /// Forgets a target, and its secret, but not that its id was used; says whether there was one.
    @discardableResult
    public func remove(_ id: String) async throws -> Bool {
        try await targets.replaceOne(Self.one(id), ["removed": .date(.now)]).matched > 0
    }

    private static func one(_ id: String) -> BSONDocument {
        BSONDocument(fields: [.init(name: "_id", value: .string(id))]).merging(present)
    }

    private func read(_ document: BSONDocument) throws -> TargetRecord {
        try targets.reading(document, TargetRecord.init(document:))
    }
}
