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
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public let modified: Timestamp?
    /// The job that deletes it; nil while none does.
    public let deletion: String?
    /// Grows with each change.
    public let version: Int64

    /// A new bucket.
    public init(id: Int64, tenant: String, name: String, path: String, title: String?, created: Timestamp) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.path = path
        self.title = title
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
        return document
    }
}
