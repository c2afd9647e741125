public import HawserCore

/// A file of a tenant: what is known about it, and which content its bytes are.
public struct StoredObject: Sendable, Hashable {
    /// Its id, `storage_object_id`: a UUID in lower case.
    public let id: String
    /// The tenant's container, `storage_box_id`.
    public let box: String
    /// Who owns it.
    public let tenant: String
    /// Its file name.
    public let name: String
    /// Its media type.
    public let contentType: String
    /// Its length in bytes.
    public let size: Int64
    /// Its entity tag: the MD5 of the bytes in hexadecimal.
    public let etag: String
    /// The SHA-1 of the bytes in hexadecimal, where it was computed.
    public let sha1: String?
    /// The SHA-256 of the bytes in hexadecimal.
    public let sha256: String
    /// The content that its bytes are: the id of a `StoredContent`.
    public var content: String
    /// When it was stored.
    public let created: Timestamp

    /// An object with all that is known about it.
    public init(
        id: String,
        box: String,
        tenant: String,
        name: String,
        contentType: String,
        size: Int64,
        etag: String,
        sha1: String?,
        sha256: String,
        content: String,
        created: Timestamp
    ) {
        self.id = id
        self.box = box
        self.tenant = tenant
        self.name = name
        self.contentType = contentType
        self.size = size
        self.etag = etag
        self.sha1 = sha1
        self.sha256 = sha256
        self.content = content
        self.created = created
    }

    /// The file record of the storage-session API; its size is a string there.
    public var fileRecord: JSON {
        [
            "storage_object_id": .string(id), "storage_box_id": .string(box), "contentType": .string(contentType),
            "size": .string(String(size)), "name": .string(name), "etag": .string(etag),
        ]
    }
}

extension StoredObject {
    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        box = try document.required("storage_box_id", \.string)
        tenant = try document.required("tenant", \.string)
        name = try document.required("name", \.string)
        contentType = try document.required("contentType", \.string)
        size = try document.required("size", \.int)
        etag = try document.required("etag", \.string)
        sha1 = try document.optional("sha1", \.string)
        sha256 = try document.required("sha256", \.string)
        content = try document.required("content", \.string)
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "storage_box_id": .string(box), "tenant": .string(tenant), "name": .string(name),
            "contentType": .string(contentType), "size": .int(size), "etag": .string(etag), "sha256": .string(sha256),
            "content": .string(content), "created": .date(created),
        ]
        document["sha1"] = sha1.map(BSON.string)
        return document
    }
}
