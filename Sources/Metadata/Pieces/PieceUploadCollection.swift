public import HawserCore

/// The uploads in pieces that are under way, and the pieces they have stored.
///
/// A piece is noted in a transaction that also writes its upload, as does whoever ends the upload: so no piece is noted
/// for an upload that is over, and the pieces of one that is over are all known to whoever removes them.
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct PieceUploadCollection: Sendable {
    /// What came of noting a piece.
    public enum Noting: Sendable, Hashable {
        /// It is noted.
        case noted
        /// The target had it already, under that path.
        case known(StoredPiece)
        /// The upload is over.
        case over
    }

    private let uploads: MongoCollection
    private let pieces: MongoCollection

    /// The uploads of a database.
    public init(_ database: MongoDatabase) {
        uploads = database.collection("piece_uploads")
        pieces = database.collection("pieces")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await uploads.createIndexes([
            MongoIndex(["tenant": 1, "sha1": 1, "size": 1], isUnique: true, only: ["open": true]),
            MongoIndex(["open": 1, "until": 1]),
        ])
        try await pieces.createIndexes([MongoIndex(["upload": 1, "target": 1])])
    }

    /// Begins the upload of a file, or goes on with it.
    ///
    /// - Parameters:
    ///   - tenant: whose file it is.
    ///   - sha1: the file's SHA-1 in hexadecimal.
    ///   - size: the file's length.
    ///   - client: what the client calls itself.
    ///   - k: how many data pieces a partition is to have.
    ///   - m: how many check pieces.
    ///   - until: until when the client holds it.
    /// - Returns: the upload; nil when another client holds it.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func begin(
        tenant: String,
        sha1: String,
        size: Int64,
        client: String,
        k: Int,
        m: Int,
        until: Timestamp
    ) async throws -> PieceUpload? {
        let change: BSONDocument = [
            "$set": ["client": .string(client), "k": .int(Int64(k)), "m": .int(Int64(m)), "until": .date(until)],
            "$setOnInsert": ["_id": .string(UUIDv7.make())],
        ]
        // Twice: of two that begin it at the same moment one finds it begun.
        for isLast in [false, true] {
            do {
                let filter = Self.free(tenant, sha1, size, for: client)
                return try await uploads.findOneAndUpdate(filter, change, upsert: true).map(read)
            } catch let error as MetadataError where error.isDuplicate {
                if isLast { return nil }
            }
        }
        return nil
    }

    /// The upload of a file that is under way, whoever holds it.
    public func find(tenant: String, sha1: String, size: Int64) async throws -> PieceUpload? {
        try await uploads.findOne(Self.open(tenant, sha1, size)).map(read)
    }

    /// Has a client hold the upload of a file that is under way.
    ///
    /// - Returns: the upload; nil when there is none, or another client holds it.
    public func hold(
        tenant: String,
        sha1: String,
        size: Int64,
        client: String,
        until: Timestamp
    ) async throws -> PieceUpload? {
        try await uploads.findOneAndUpdate(
            Self.free(tenant, sha1, size, for: client),
            ["$set": ["client": .string(client), "until": .date(until)]]
        ).map(read)
    }

    /// Notes a sign of life; false when the upload is over.
    public func touch(_ id: String, until: Timestamp) async throws -> Bool {
        try await uploads.updateOne(["_id": .string(id), "open": true], Self.later(until)).matched > 0
    }

    /// Notes a piece that is on its target.
    public func note(_ piece: StoredPiece, until: Timestamp) async throws -> Noting {
        let upload: BSONDocument = ["_id": .string(piece.upload), "open": true]
        return try await uploads.database.transaction("note") { [self] transaction in
            guard try transaction.updateOne(uploads, upload, Self.later(until)).matched > 0 else { return .over }
            // Looked for first: a refused insert would end the transaction.
            let id: BSONDocument = ["_id": piece.document["_id"] ?? .null]
            if let known = try transaction.findOne(pieces, id) { return .known(try readPiece(known)) }
            try transaction.insertOne(pieces, piece.document)
            return .noted
        }
    }

    /// A piece that a target has of an upload.
    public func piece(_ sha1: String, of upload: String, on target: String) async throws -> StoredPiece? {
        try await pieces.findOne(["_id": .string(StoredPiece.id(upload, sha1, target))]).map(readPiece)
    }

    /// All pieces of an upload.
    public func pieces(of upload: String) async throws -> [StoredPiece] {
        try await pieces.find(["upload": .string(upload)]).map(readPiece)
    }

    /// The paths of all pieces that a target has of some uploads.
    public func paths(of uploads: [String], on target: String) async throws -> Set<String> {
        guard !uploads.isEmpty else { return [] }
        let filter: BSONDocument = [
            "upload": ["$in": .array(uploads.map(BSON.string))], "target": .string(target),
        ]
        return Set(try await pieces.find(filter, projection: ["path": 1]).compactMap { $0["path"]?.string })
    }

    /// Forgets a piece that is not where it was noted, unless it was noted anew.
    public func forget(_ piece: StoredPiece) async throws {
        let id = StoredPiece.id(piece.upload, piece.sha1, piece.target)
        try await pieces.deleteOne(["_id": .string(id), "path": .string(piece.path)])
    }

    /// Ends an upload, as a part of the transaction that stores its file; false when it is over already.
    public func end(_ id: String, in transaction: MongoTransaction) throws -> Bool {
        try transaction.updateOne(uploads, ["_id": .string(id), "open": true], ["$set": ["open": false]]).matched > 0
    }

    /// Ends the uploads that nobody holds.
    ///
    /// - Returns: how many there were.
    public func endAbandoned(now: Timestamp = .now) async throws -> Int {
        let abandoned: BSONDocument = ["open": true, "until": ["$lt": .date(now)]]
        return try await uploads.updateMany(abandoned, ["$set": ["open": false]]).modified
    }

    /// The ids of uploads that are over and whose pieces are to be removed, so many at most, after one of them.
    public func ended(after id: String = "", limit: Int) async throws -> [String] {
        try await uploads.find(
            ["open": false, "_id": ["$gt": .string(id)]],
            sort: ["_id": 1],
            limit: limit,
            projection: ["_id": 1]
        ).compactMap { $0["_id"]?.string }
    }

    /// Forgets an upload that is over, and its pieces, which are gone.
    public func remove(_ id: String) async throws {
        try await pieces.deleteMany(["upload": .string(id)])
        try await uploads.deleteOne(["_id": .string(id), "open": false])
    }

    private static func open(_ tenant: String, _ sha1: String, _ size: Int64) -> BSONDocument {
        ["tenant": .string(tenant), "sha1": .string(sha1), "size": .int(size), "open": true]
    }

    private static func free(_ tenant: String, _ sha1: String, _ size: Int64, for client: String) -> BSONDocument {
        let own: BSON = ["client": .string(client)]
        let abandoned: BSON = ["until": ["$lt": .date(.now)]]
        return open(tenant, sha1, size).merging(["$or": .array([own, abandoned])])
    }

    /// Puts the end off, never forward.
    private static func later(_ until: Timestamp) -> BSONDocument { ["$max": ["until": .date(until)]] }

    private func read(_ document: BSONDocument) throws -> PieceUpload {
        try uploads.reading(document, PieceUpload.init(document:))
    }

    private func readPiece(_ document: BSONDocument) throws -> StoredPiece {
        try pieces.reading(document, StoredPiece.init(document:))
    }
}
