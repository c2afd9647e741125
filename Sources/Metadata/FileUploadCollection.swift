public import HawserCore

/// The uploads to buckets that are under way.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct FileUploadCollection: Sendable {
    private let uploads: MongoCollection

    /// The uploads of a database.
    public init(_ database: MongoDatabase) {
        uploads = database.collection("file_uploads")
    }

    /// Makes the indexes that are not there yet.
    public func prepare() async throws {
        try await uploads.createIndexes([MongoIndex(["at": 1]), MongoIndex(["bucket": 1])])
    }

    /// Notes an upload whose objects are about to be stored.
    public func insert(_ upload: FileUpload) async throws {
        try await uploads.insertOne(upload.document)
    }

    /// Tells that an upload is alive; false when somebody has given it up.
    public func touch(id: String) async throws -> Bool {
        try await uploads.updateOne(Self.storing(id), ["$set": ["at": .date(.now)]]).matched > 0
    }

    /// Forgets an upload as a part of the transaction that makes its files; false when somebody has given it up.
    public func end(id: String, in transaction: MongoTransaction) throws -> Bool {
        try transaction.deleteOne(uploads, Self.storing(id))
    }

    /// Decides that an upload comes to nothing; false when it was decided before, one way or the other.
    public func abandon(id: String) async throws -> Bool {
        let state = BSON.string(FileUpload.State.abandoned.rawValue)
        let update: BSONDocument = ["$set": ["state": state, "at": .date(.now)]]
        return try await uploads.updateOne(Self.storing(id), update).matched > 0
    }

    /// Forgets an upload that has come to nothing.
    public func forget(id: String) async throws {
        try await uploads.deleteOne(["_id": .string(id)])
    }

    /// Uploads that gave no sign of life for so long.
    public func quiet(since moment: Timestamp, limit: Int) async throws -> [FileUpload] {
        try await uploads.find(["at": ["$lt": .date(moment)]], sort: ["at": 1], limit: limit).map(read)
    }

    /// The uploads to a bucket.
    public func list(bucket: Int64) async throws -> [FileUpload] {
        try await uploads.find(["bucket": .int(bucket)]).map(read)
    }

    private static func storing(_ id: String) -> BSONDocument {
        ["_id": .string(id), "state": .string(FileUpload.State.storing.rawValue)]
    }

    private func read(_ document: BSONDocument) throws -> FileUpload {
        try uploads.reading(document, FileUpload.init(document:))
    }
}
