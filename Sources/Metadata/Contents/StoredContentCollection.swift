import HawserCore

/// The contents of all tenants.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct StoredContentCollection: Sendable {
    private let contents: MongoCollection

    /// The contents of a database.
    public init(_ database: MongoDatabase) {
        contents = database.collection("contents")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await contents.createIndexes([
            MongoIndex(["tenant": 1, "sha256": 1]),
            MongoIndex(["targets": 1, "_id": 1]),
            // The few that somebody has to see to.
            MongoIndex(["state": 1, "_id": 1], only: ["state": ["$in": ["staged", "degraded", "dying"]]]),
        ])
    }

    /// A content as it is now.
    public func find(_ id: String) async throws -> StoredContent? {
        try await contents.findOne(["_id": .string(id)]).map(read)
    }

    /// The contents among these ids that exist.
    public func find(_ ids: [String]) async throws -> [StoredContent] {
        guard !ids.isEmpty else { return [] }
        return try await contents.find(["_id": ["$in": .array(ids.map(BSON.string))]]).map(read)
    }

    /// The id of a tenant's content of these bytes that one more object may name, if there is one.
    ///
    /// No encrypted one: its length and digest are not those of what its objects read. And none that is to be laid out in
    /// another way.
    public func equal(
        tenant: String,
        sha256: String,
        size: Int64,
        policy: LayoutPolicy = .automatic
    ) async throws -> String? {
        try await contents.findOne(
            [
                "tenant": .string(tenant), "sha256": .string(sha256), "size": .int(size), "encryption": .null,
                "policy": policy == .automatic ? .null : .string(policy.text),
                "state": ["$in": .array(StoredContent.whole.map { .string($0.rawValue) })],
            ],
            projection: ["_id": 1]
        )?["_id"]?.string
    }

    /// Says where the bytes are from now on, all of them, and how safe they are there.
    ///
    /// - Parameters:
    ///   - content: as it was when that was decided.
    ///   - layout: where the bytes are.
    ///   - state: how safe they are; a durable one needs no job any more.
    /// - Returns: the content as it is now; nil when somebody else changed it meanwhile.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func change(
        _ content: StoredContent,
        layout: CodedLayout,
        state: StoredContent.State
    ) async throws -> StoredContent? {
        var gone: BSONDocument = ["partial": ""]
        if state == .durable { gone["job"] = "" }
        return try await contents.findOneAndUpdate(
            Self.unchanged(content),
            [
                "$set": [
                    "layout": .document(ContentLayout.coded(layout).document), "state": .string(state.rawValue),
                    "targets": Self.names(layout),
                ],
                "$unset": .document(gone), "$inc": ["revision": 1],
            ]
        ).map(read)
    }

    /// Notes the partitions of a staged content that are on their targets; none: it is begun anew.
    ///
    /// - Returns: the content as it is now; nil when somebody else changed it meanwhile.
    public func advance(_ content: StoredContent, to partial: CodedLayout) async throws -> StoredContent? {
        try await contents.findOneAndUpdate(
            Self.unchanged(content),
            [
                "$set": ["partial": .document(partial.document), "targets": Self.names(partial)],
                "$inc": ["revision": 1],
            ]
        ).map(read)
    }

    /// Has every change fail that was decided on before now: files that are not named yet will not be any more.
    ///
    /// - Returns: the content as it is now; nil when there is none.
    public func fence(_ id: String) async throws -> StoredContent? {
        try await contents.findOneAndUpdate(["_id": .string(id)], ["$inc": ["revision": 1]]).map(read)
    }

    /// Marks a durable content as degraded.
    ///
    /// - Parameters:
    ///   - id: the content.
    ///   - job: the job that is to repair it.
    /// - Returns: the content; nil when it is not durable: somebody else saw it first, or it is gone.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func degrade(_ id: String, job: String) async throws -> StoredContent? {
        try await contents.findOneAndUpdate(
            ["_id": .string(id), "state": .string(StoredContent.State.durable.rawValue)],
            [
                "$set": ["state": .string(StoredContent.State.degraded.rawValue), "job": .string(job)],
                "$inc": ["revision": 1],
            ]
        ).map(read)
    }

    /// Marks a degraded content, in which nothing was found to repair, as durable.
    ///
    /// - Returns: false when somebody else changed it meanwhile.
    public func restore(_ content: StoredContent) async throws -> Bool {
        var filter = Self.unchanged(content)
        filter["state"] = .string(StoredContent.State.degraded.rawValue)
        return try await contents.updateOne(
            filter,
            [
                "$set": ["state": .string(StoredContent.State.durable.rawValue)], "$unset": ["job": ""],
                "$inc": ["revision": 1],
            ]
        ).matched > 0
    }

    /// Gives a content another job in place of one that is over.
    ///
    /// - Returns: the content; nil when somebody else gave it one.
    public func renew(_ content: StoredContent, job: String) async throws -> StoredContent? {
        try await contents.findOneAndUpdate(
            [
                "_id": .string(content.id), "state": .string(content.state.rawValue),
                "job": content.job.map(BSON.string) ?? .null,
            ],
            ["$set": ["job": .string(job)]]
        ).map(read)
    }

    /// Forgets a dying content whose bytes are gone.
    public func remove(_ id: String) async throws {
        try await contents.deleteOne(["_id": .string(id), "state": .string(StoredContent.State.dying.rawValue)])
    }

    /// Contents in a state other than durable, in the order of their ids, which is by age.
    ///
    /// - Parameters:
    ///   - state: the state.
    ///   - id: only those after this one.
    ///   - limit: how many at most.
    /// - Returns: the contents.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func list(_ state: StoredContent.State, after id: String = "", limit: Int) async throws -> [StoredContent] {
        try await contents.find(
            ["state": .string(state.rawValue), "_id": ["$gt": .string(id)]],
            sort: ["_id": 1],
            limit: limit
        ).map(read)
    }

    /// Contents with fragments on a target, in the order of their ids.
    ///
    /// - Parameters:
    ///   - target: the target.
    ///   - id: only those after this one.
    ///   - limit: how many at most.
    /// - Returns: the contents.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func list(on target: String, after id: String = "", limit: Int) async throws -> [StoredContent] {
        try await contents.find(
            ["targets": .string(target), "_id": ["$gt": .string(id)]],
            sort: ["_id": 1],
            limit: limit
        ).map(read)
    }

    private static func unchanged(_ content: StoredContent) -> BSONDocument {
        [
            "_id": .string(content.id), "revision": .int(content.revision),
            "state": ["$ne": .string(StoredContent.State.dying.rawValue)],
        ]
    }

    /// What contents are found by when a target is drained.
    private static func names(_ layout: CodedLayout) -> BSON {
        .array(layout.targets.sorted().map(BSON.string))
    }

    private func read(_ document: BSONDocument) throws -> StoredContent {
        try contents.reading(document, StoredContent.init(document:))
    }
}

// Counting who names a content is a part of the transaction that stores or removes the object: whoever stores or removes
// another object of the same content at that moment writes the same document, and one of the two is done again.
extension StoredContentCollection {
    /// Stores a content with its first object.
    func insert(_ content: StoredContent, in transaction: MongoTransaction) throws {
        try transaction.insertOne(contents, content.document)
    }

    /// Counts one more object; false when the content is not there any more.
    func share(_ id: String, in transaction: MongoTransaction) throws -> Bool {
        try transaction.updateOne(
            contents,
            ["_id": .string(id), "state": ["$ne": .string(StoredContent.State.dying.rawValue)]],
            ["$inc": ["references": 1]]
        ).matched > 0
    }

    /// Counts one object less.
    ///
    /// - Returns: the content when that was the last: it is dying now.
    func release(_ id: String, in transaction: MongoTransaction) throws -> StoredContent? {
        let one: BSONDocument = ["_id": .string(id)]
        guard let left = try transaction.findOneAndUpdate(contents, one, ["$inc": ["references": -1]]) else {
            return nil
        }
        guard try contents.reading(left, StoredContent.init(document:)).references <= 0 else { return nil }
        return try transaction.findOneAndUpdate(
            contents,
            one,
            [
                "$set": ["state": .string(StoredContent.State.dying.rawValue)], "$unset": ["job": ""],
                "$inc": ["revision": 1],
            ]
        ).map(read)
    }
}
