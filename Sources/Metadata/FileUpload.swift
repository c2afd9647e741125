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
    /// The ids of the files that are to be, which are those of their objects, too.
    public let files: [String]
    /// How far it is.
    public let state: State
    /// When it last gave a sign of life.
    public let at: Timestamp

    /// An upload whose objects are about to be stored.
    public init(id: String, tenant: String, bucket: Int64, files: [String]) {
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
        files = try document.required("files", \.array).map {
            guard let id = $0.string else { throw BSONFieldError(field: "files", isMissing: false) }
            return id
        }
    }

    var document: BSONDocument {
        [
            "_id": .string(id), "tenant": .string(tenant), "bucket": .int(bucket), "state": .string(state.rawValue),
            "files": .array(files.map(BSON.string)), "at": .date(at),
        ]
    }
}
