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

    /// Decides that an upload's files are to be there; false when somebody has given it up.
    public func commit(id: String) async throws -> Bool {
        try await set(.stored, id)
    }

    /// Decides that an upload comes to nothing; false when it was decided otherwise.
    public func abandon(id: String) async throws -> Bool {
        try await set(.abandoned, id)
    }

    /// Forgets an upload that is done with, one way or the other.
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

    private func set(_ state: FileUpload.State, _ id: String) async throws -> Bool {
        try await uploads.updateOne(
            Self.storing(id),
            ["$set": ["state": .string(state.rawValue), "at": .date(.now)]]
        ).matched > 0
    }

    private static func storing(_ id: String) -> BSONDocument {
        ["_id": .string(id), "state": .string(FileUpload.State.storing.rawValue)]
    }

    private func read(_ document: BSONDocument) throws -> FileUpload {
        try uploads.reading(document, FileUpload.init(document:))
    }
}
