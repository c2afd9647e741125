public import HawserCore

/// The files of one request to a bucket, from before the first of them is stored until all of them are there.
///
/// All or none: the transaction that makes the files forgets their upload. One that is still there is under way, or left,
/// and taken back by whoever finds it so.
public struct FileUpload: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable {
        /// Its objects are being stored.
        case storing
        /// It has come to nothing: its objects are to go.
        case abandoned
    }

    /// Its id.
    public let id: String
    /// Who owns the files.
    public let tenant: String
    /// The bucket they go to.
    public let bucket: Int64
    /// The files that are to be, all with the same properties.
    public let files: [BucketFile]
    /// How far it is.
    public let state: State
    /// When it last gave a sign of life.
    public let at: Timestamp

    /// An upload whose objects are about to be stored.
    public init(id: String, tenant: String, bucket: Int64, files: [BucketFile]) {
        self.id = id
        self.tenant = tenant
        self.bucket = bucket
        self.files = files
        state = .storing
        at = .now
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        bucket = try document.required("bucket", \.int)
        guard let state = State(rawValue: try document.required("state", \.string)) else {
            throw BSONFieldError(field: "state", isMissing: false)
        }
        self.state = state
        at = try document.required("at", \.date)
        let properties = try BucketFile.properties(document)
        files = try document.required("files", \.array).compactMap(\.document).map {
            try BucketFile(document: $0, properties: properties)
        }
    }

    /// The properties stand once and not with each file: a document may have 16 MiB.
    var document: BSONDocument {
        let bare = files.map { file -> BSON in
            var document = file.document
            document["properties"] = nil
            return .document(document)
        }
        return [
            "_id": .string(id), "tenant": .string(tenant), "bucket": .int(bucket), "state": .string(state.rawValue),
            "files": .array(bare), "properties": BucketFile.bson(files.first?.properties ?? [:]), "at": .date(at),
        ]
    }
}
