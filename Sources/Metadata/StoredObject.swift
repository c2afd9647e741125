public import HawserCore

/// A file of a tenant: what is known about it, and where its bytes are.
public struct StoredObject: Sendable, Hashable {
    /// How the bytes are laid out.
    public enum Layout: Sendable, Hashable {
        /// All in one file of a target, by its path within the target.
        case file(target: String, path: String)
    }

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
    /// Where the bytes are.
    public let layout: Layout
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
        layout: Layout,
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
        self.layout = layout
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
        layout = try Layout(document: document.required("layout", \.document))
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "storage_box_id": .string(box), "tenant": .string(tenant), "name": .string(name),
            "contentType": .string(contentType), "size": .int(size), "etag": .string(etag), "sha256": .string(sha256),
            "layout": .document(layout.document), "created": .date(created),
        ]
        document["sha1"] = sha1.map(BSON.string)
        return document
    }
}

extension StoredObject.Layout {
    init(document: BSONDocument) throws {
        switch try document.required("type", \.string) {
        case "file":
            self = .file(
                target: try document.required("target", \.string),
                path: try document.required("path", \.string)
            )
        default: throw BSONFieldError(field: "layout.type", isMissing: false)
        }
    }

    var document: BSONDocument {
        switch self {
        case .file(let target, let path): ["type": "file", "target": .string(target), "path": .string(path)]
        }
    }
}
