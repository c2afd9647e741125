public import HawserCore

/// The bytes of one or more objects of a tenant: their digests, and where they are.
///
/// Length and digests are those of what is kept: when it is encrypted, the encrypted bytes'. What the bytes are to those
/// who read them is said by the objects.
///
/// Objects name their content; two objects of one tenant with the same bytes may name the same. Contents of different
/// tenants are never shared: a hash would then be a key to somebody else's bytes.
public struct StoredContent: Sendable, Hashable {
    /// How safe the bytes are.
    public enum State: String, Sendable, Hashable {
        /// One copy, in the staging area.
        case staged
        /// As the layout says, whole.
        case durable
        /// Readable, with fragments that are lost or damaged.
        case degraded
        /// No object names it: its bytes are being removed, and nobody may share it any more.
        case dying
    }

    /// Its id: a UUID of version 7 in lower case; the names of its files have it in them.
    public let id: String
    /// Whose it is.
    public let tenant: String
    /// Its length in bytes.
    public let size: Int64
    /// The MD5 in hexadecimal; nil when it is encrypted: nobody asks for it.
    public let md5: String?
    /// The SHA-1 in hexadecimal, where it was computed.
    public let sha1: String?
    /// The SHA-256 in hexadecimal.
    public let sha256: String
    /// How safe it is.
    public let state: State
    /// Where its bytes are.
    public let layout: ContentLayout
    /// How it is encrypted; nil when it is not.
    public let encryption: ContentEncryption?
    /// How it is to be laid out.
    public let policy: LayoutPolicy
    /// The partitions of a staged content that are on their targets already.
    public let partial: CodedLayout?
    /// Grows with every change of where the bytes are; a change is made only to the revision it was decided on.
    public let revision: Int64
    /// How many objects name it.
    public let references: Int64
    /// The id of the job that is to make it durable, or to repair it; nil when there is nothing to do.
    ///
    /// It is chosen before the job is submitted, so that whoever finds the content staged or degraded can submit the
    /// same job once more.
    public let job: String?
    /// When it was stored.
    public let created: Timestamp

    /// A content that is new, named by one object.
    public init(
        id: String,
        tenant: String,
        size: Int64,
        md5: String?,
        sha1: String?,
        sha256: String,
        state: State,
        layout: ContentLayout,
        encryption: ContentEncryption? = nil,
        policy: LayoutPolicy = .automatic,
        job: String? = nil,
        created: Timestamp = .now
    ) {
        self.id = id
        self.tenant = tenant
        self.size = size
        self.md5 = md5
        self.sha1 = sha1
        self.sha256 = sha256
        self.state = state
        self.layout = layout
        self.encryption = encryption
        self.policy = policy
        self.job = job
        self.created = created
        partial = nil
        revision = 1
        references = 1
    }

    /// Whether one more object may name it.
    ///
    /// No degraded one: whoever stores bytes once more because they were lost gets them stored.
    public var isWhole: Bool { Self.whole.contains(state) }

    static let whole: [State] = [.durable, .staged]

    /// How it is kept, as far as it was chosen.
    public var storagePolicy: StoragePolicy {
        StoragePolicy(encryption: encryption == nil ? .none : .aes256GCM, layout: policy)
    }

    /// The paths of all files it names, by target; those in the staging area by the empty text.
    public var files: [String: Set<String>] {
        var files: [String: Set<String>] = [:]
        var coded = partial.map { [$0] } ?? []
        switch layout {
        case .inline: break
        case .staged(let path): files["", default: []].insert(path)
        case .coded(let layout): coded.append(layout)
        }
        for fragment in coded.flatMap(\.partitions).flatMap(\.fragments) {
            files[fragment.target, default: []].insert(fragment.path)
        }
        return files
    }
}

extension StoredContent {
    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        size = try document.required("size", \.int)
        md5 = try document.optional("md5", \.string)
        sha1 = try document.optional("sha1", \.string)
        sha256 = try document.required("sha256", \.string)
        guard let state = State(rawValue: try document.required("state", \.string)) else {
            throw BSONFieldError(field: "state", isMissing: false)
        }
        self.state = state
        layout = try ContentLayout(document: document.required("layout", \.document))
        encryption = try document.optional("encryption", \.document).map { try ContentEncryption(document: $0) }
        policy = try document.optional("policy", \.string).map { try LayoutPolicy($0, field: "policy") } ?? .automatic
        partial = try document.optional("partial", \.document).map { try CodedLayout(document: $0) }
        revision = try document.required("revision", \.int)
        references = try document.required("references", \.int)
        job = try document.optional("job", \.string)
        created = try document.required("created", \.date)
    }

    /// The document of a new content.
    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "tenant": .string(tenant), "size": .int(size), "sha256": .string(sha256),
            "state": .string(state.rawValue), "layout": .document(layout.document), "targets": .array([]),
            "revision": .int(revision), "references": .int(references), "created": .date(created),
        ]
        document["md5"] = md5.map(BSON.string)
        document["sha1"] = sha1.map(BSON.string)
        document["encryption"] = (encryption?.document).map(BSON.document)
        if policy != .automatic { document["policy"] = .string(policy.text) }
        document["job"] = job.map(BSON.string)
        return document
    }
}
