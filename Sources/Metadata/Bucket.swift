public import HawserCore

/// A container for files of a tenant (seed 002).
public struct Bucket: Sendable, Hashable {
    /// Its number: unique among all tenants and never given again, because the keys in Redis hold nothing else.
    public let id: Int64
    /// Who owns it.
    public let tenant: String
    /// What it is called.
    public let name: String
    /// The path its files' paths begin with; may hold variables (`$year`).
    public let path: String
    /// What it is called in a list, if anything else.
    public let title: String?
    /// How the bytes of files that are put into it from now on are kept.
    public let policy: StoragePolicy
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public let modified: Timestamp?
    /// The job that deletes it; nil while none does.
    public let deletion: String?
    /// Grows with each change.
    public let version: Int64

    /// A new bucket.
    public init(
        id: Int64,
        tenant: String,
        name: String,
        path: String,
        title: String?,
        policy: StoragePolicy = .standard,
        created: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.path = path
        self.title = title
        self.policy = policy
        self.created = created
        modified = nil
        deletion = nil
        version = 1
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.int)
        tenant = try document.required("tenant", \.string)
        name = try document.required("name", \.string)
        path = try document.required("path", \.string)
        title = try document.optional("title", \.string)
        policy = try StoragePolicy(document: document)
        created = try document.required("created", \.date)
        modified = try document.optional("modified", \.date)
        deletion = try document.optional("deletion", \.string)
        version = try document.required("version", \.int)
    }

    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .int(id), "tenant": .string(tenant), "name": .string(name), "path": .string(path),
            "created": .date(created), "version": .int(version),
        ]
        document["title"] = title.map(BSON.string)
        document["modified"] = modified.map(BSON.date)
        document["deletion"] = deletion.map(BSON.string)
        return document.merging(policy.document)
    }
}

extension Bucket {
    /// What is to be changed of a bucket; nil: it stays.
    public struct Change: Sendable, Hashable {
        /// What it is called.
        public var name: String?
        /// The path its files' paths begin with.
        public var path: String?
        /// What it is called in a list.
        public var title: String?
        /// Whether new files are encrypted.
        public var encryption: StoragePolicy.Encryption?
        /// How new files are laid out.
        public var layout: LayoutPolicy?

        /// Nothing, unless it is given.
        public init(
            name: String? = nil,
            path: String? = nil,
            title: String? = nil,
            encryption: StoragePolicy.Encryption? = nil,
            layout: LayoutPolicy? = nil
        ) {
            self.name = name
            self.path = path
            self.title = title
            self.encryption = encryption
            self.layout = layout
        }

        /// The fields of the document.
        var document: BSONDocument {
            var fields: BSONDocument = [:]
            fields["name"] = name.map(BSON.string)
            fields["path"] = path.map(BSON.string)
            fields["title"] = title.map(BSON.string)
            fields["encryption"] = (encryption?.rawValue).map(BSON.string)
            fields["layout"] = (layout?.text).map(BSON.string)
            return fields
        }
    }
}
