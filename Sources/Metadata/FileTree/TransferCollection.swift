public import HawserCore

/// What is moved up and down by jobs, and file by file how far it is.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct TransferCollection: Sendable {
    /// How far a list of files is.
    public struct Tally: Sendable, Hashable {
        /// Files in each state.
        public var files: [TransferItem.State: Int64] = [:]
        /// Bytes in each state.
        public var bytes: [TransferItem.State: Int64] = [:]

        /// All files.
        public var totalFiles: Int64 { files.values.reduce(0, +) }
        /// All bytes.
        public var totalBytes: Int64 { bytes.values.reduce(0, +) }
    }

    /// A file that could not be moved.
    public struct Failure: Sendable, Hashable {
        /// Its path.
        public let path: String
        /// Why, as a number of seed 001.
        public let code: Int
        /// Why, in words.
        public let message: String
    }

    private static let secondsKept = 30 * 86_400

    private let transfers: MongoCollection
    private let items: MongoCollection
    private let usage: UsageCollection

    /// The transfers of a database.
    public init(_ database: MongoDatabase) {
        transfers = database.collection("transfers")
        items = database.collection("transfer_items")
        usage = UsageCollection(database)
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await transfers.createIndexes([
            MongoIndex(["tenant": 1, "path": 1, "_id": -1]), MongoIndex(["tenant": 1, "_id": -1]),
            MongoIndex(["created": 1], expireAfterSeconds: Self.secondsKept),
        ])
        try await items.createIndexes([
            MongoIndex(["scan": 1, "state": 1, "number": 1]), MongoIndex(["tenant": 1, "path": 1, "created": -1]),
            MongoIndex(["created": 1], expireAfterSeconds: Self.secondsKept),
        ])
    }

    /// Notes a transfer, before its job is submitted.
    public func begin(_ transfer: Transfer) async throws {
        try await transfers.insertOne(transfer.document)
    }

    /// A tenant's transfers since a moment, the newest first.
    public func list(_ tenant: String, since moment: Timestamp, limit: Int) async throws -> [Transfer] {
        try await transfers.find(
            ["tenant": .string(tenant), "created": ["$gte": .date(moment)]],
            sort: ["_id": -1],
            limit: limit
        ).map { try transfers.reading($0, Transfer.init(document:)) }
    }

    /// A tenant's last transfer of a path.
    public func last(_ tenant: String, path: String) async throws -> Transfer? {
        try await transfers.findOne(["tenant": .string(tenant), "path": .string(path)], sort: ["_id": -1])
            .map { try transfers.reading($0, Transfer.init(document:)) }
    }

    /// The last time a file was in a transfer.
    public func lastItem(_ tenant: String, path: String) async throws -> TransferItem? {
        try await items.findOne(["tenant": .string(tenant), "path": .string(path)], sort: ["created": -1])
            .map { try items.reading($0, TransferItem.init(document:)) }
    }

    /// Stores files of a list; those that are stored already stay as they are.
    public func add(_ list: [TransferItem]) async throws {
        guard !list.isEmpty else { return }
        let result = try await items.bulkWrite(list.map { .insertOne($0.document) })
        if let failure = result.failures.first(where: { !$0.isDuplicate }) {
            throw MetadataError(
                operation: "insert",
                collection: items.name,
                kind: .failed(code: failure.code),
                cause: failure.message
            )
        }
    }

    /// Files of a list that are to be moved, in order, from behind a place; so many at most.
    public func pending(_ scan: String, after number: Int64, limit: Int) async throws -> [TransferItem] {
        try await items.find(
            [
                "scan": .string(scan), "state": .string(TransferItem.State.pending.rawValue),
                "number": ["$gt": .int(number)],
            ],
            sort: ["number": 1],
            limit: limit
        ).map { try items.reading($0, TransferItem.init(document:)) }
    }

    /// Has the files that failed tried again.
    public func reopen(_ scan: String) async throws {
        try await items.updateMany(
            ["scan": .string(scan), "state": .string(TransferItem.State.failed.rawValue)],
            ["$set": ["state": .string(TransferItem.State.pending.rawValue)]]
        )
    }

    /// Notes in a transaction that a file is moved.
    ///
    /// - Returns: false when it was noted before.
    @discardableResult
    public func finish(_ item: TransferItem, in transaction: MongoTransaction) throws -> Bool {
        let open: BSONDocument = ["_id": item.id, "state": ["$ne": .string(TransferItem.State.done.rawValue)]]
        let done: BSONDocument = [
            "$set": ["state": .string(TransferItem.State.done.rawValue)], "$unset": ["code": 1, "message": 1],
        ]
        return try transaction.updateOne(items, open, done).matched > 0
    }

    /// Notes that a file is moved, where nothing else has to be noted with it.
    public func finish(_ item: TransferItem) async throws {
        try await items.database.transaction("finish") { [self] in _ = try finish(item, in: $0) }
    }

    /// Notes that files of a tenant went down, and counts their bytes, each once.
    public func finishDownloads(_ list: [TransferItem], tenant: String) async throws {
        try await items.database.transaction("downloaded") { [self] transaction in
            let bytes = try list.reduce(into: Int64(0)) { sum, item in
                if try finish(item, in: transaction) { sum += item.size }
            }
            let key = list.first.map { "\($0.scan)\($0.number)" } ?? ""
            try usage.add(Usage(down: bytes), to: tenant, for: key, in: transaction)
        }
    }

    /// Counts bytes of an object of a tenant that go down by no transfer.
    public func countDown(_ bytes: Int64, of object: String, tenant: String) async throws {
        try await items.database.transaction("downloaded") { [usage] transaction in
            try usage.add(Usage(down: bytes), to: tenant, for: object, in: transaction)
        }
    }

    /// Notes that a file cannot be moved.
    public func fail(_ item: TransferItem, code: Int, message: String) async throws {
        try await items.updateOne(
            ["_id": item.id, "state": .string(TransferItem.State.pending.rawValue)],
            [
                "$set": [
                    "state": .string(TransferItem.State.failed.rawValue), "code": .int(Int64(code)),
                    "message": .string(message),
                ]
            ]
        )
    }

    /// How far a list is.
    public func tally(_ scan: String) async throws -> Tally {
        let groups = try await items.aggregate([
            ["$match": ["scan": .string(scan)]],
            ["$group": ["_id": "$state", "files": ["$sum": 1], "bytes": ["$sum": "$size"]]],
        ])
        var tally = Tally()
        for group in groups {
            guard let state = TransferItem.State(rawValue: try group.required("_id", \.string)) else { continue }
            tally.files[state] = try group.required("files", \.int)
            tally.bytes[state] = try group.required("bytes", \.int)
        }
        return tally
    }

    /// The first files of a list that could not be moved.
    public func failures(_ scan: String, limit: Int) async throws -> [Failure] {
        try await items.find(
            ["scan": .string(scan), "state": .string(TransferItem.State.failed.rawValue)],
            sort: ["number": 1],
            limit: limit
        ).map { document in
            Failure(
                path: try document.required("path", \.string),
                code: Int(try document.required("code", \.int)),
                message: try document.required("message", \.string)
            )
        }
    }
}
