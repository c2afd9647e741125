public import HawserCore

/// One file of a transfer.
///
/// All that must be the same in every run is decided before the first byte is moved: the list of files, and for files
/// that go up the ids of the objects they become.
public struct TransferItem: Sendable, Hashable {
    /// Where it is.
    public enum State: String, Sendable, CaseIterable {
        /// To be moved.
        case pending
        /// Moved.
        case done
        /// Not moved, and why is known.
        case failed
    }

    /// The look at the directory that found it.
    public let scan: String
    /// Its place in the list.
    public let number: Int64
    /// The job.
    public let job: String
    /// The tenant.
    public let tenant: String
    /// Its path, as the client would name it.
    public let path: String
    /// How long it is.
    public let size: Int64
    /// The object it becomes or comes from.
    public let object: String
    /// When it was changed where it came from, for files that go down.
    public let modified: Timestamp?
    /// Where it is.
    public let state: State

    /// A file that is to be moved, or of which it is clear that it cannot be.
    public init(
        scan: String,
        number: Int64,
        job: String,
        tenant: String,
        path: String,
        size: Int64,
        object: String,
        modified: Timestamp? = nil
    ) {
        self.scan = scan
        self.number = number
        self.job = job
        self.tenant = tenant
        self.path = path
        self.size = size
        self.object = object
        self.modified = modified
        state = .pending
    }

    init(document: BSONDocument) throws {
        scan = try document.required("scan", \.string)
        number = try document.required("number", \.int)
        job = try document.required("job", \.string)
        tenant = try document.required("tenant", \.string)
        path = try document.required("path", \.string)
        size = try document.required("size", \.int)
        object = try document.required("object", \.string)
        modified = try document.optional("modified", \.date)
        guard let state = State(rawValue: try document.required("state", \.string)) else {
            throw BSONFieldError(field: "state", isMissing: false)
        }
        self.state = state
    }

    var id: BSON { .string("\(scan)/\(number)") }

    var document: BSONDocument {
        [
            "_id": id, "scan": .string(scan), "number": .int(number), "job": .string(job), "tenant": .string(tenant),
            "path": .string(path), "size": .int(size), "object": .string(object), "state": .string(state.rawValue),
            "modified": modified.map(BSON.date) ?? .null, "created": .date(.now),
        ]
    }
}
