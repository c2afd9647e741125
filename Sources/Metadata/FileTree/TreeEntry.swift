public import HawserCore

/// A file or folder of a tenant's tree.
public struct TreeEntry: Sendable, Hashable {
    /// The content of a file, now or before.
    public struct Content: Sendable, Hashable {
        /// The object that holds the bytes.
        public let object: String
        /// Their SHA-1 in hexadecimal.
        public let sha1: String
        /// How many.
        public let size: Int64
        /// When the file was changed where it came from.
        public let modified: Timestamp

        /// A content.
        public init(object: String, sha1: String, size: Int64, modified: Timestamp) {
            self.object = object
            self.sha1 = sha1
            self.size = size
            self.modified = modified
        }

        /// Whether the bytes are the same, by hash and size.
        public func isSame(as other: Content) -> Bool { sha1 == other.sha1 && size == other.size }
    }

    /// Its id: a UUID in lower case.
    public let id: String
    /// The tenant.
    public let tenant: String
    /// The folder it is in: an id, or `FileTree.root`.
    public let parent: String
    /// Its name.
    public let name: String
    /// What is in it; nil for a folder.
    public let content: Content?
    /// What was in it before, the oldest first.
    public let versions: [Content]
    /// When it was made.
    public let created: Timestamp

    /// Whether it is a folder.
    public var isFolder: Bool { content == nil }
    /// When it was changed: the file where it came from, a folder here.
    public var modified: Timestamp { content?.modified ?? created }
    /// All objects it holds.
    public var objects: [String] { versions.map(\.object) + (content.map { [$0.object] } ?? []) }
    /// The end of its name behind the last dot, in lower case; empty when there is none.
    public var fileExtension: String {
        guard !isFolder, let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    static func new(_ name: String, in parent: String, tenant: String, _ content: Content?) -> TreeEntry {
        TreeEntry(
            id: UUIDv7.make(),
            tenant: tenant,
            parent: parent,
            name: name,
            content: content,
            versions: [],
            created: .now
        )
    }

    private init(
        id: String,
        tenant: String,
        parent: String,
        name: String,
        content: Content?,
        versions: [Content],
        created: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.parent = parent
        self.name = name
        self.content = content
        self.versions = versions
        self.created = created
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        parent = try document.required("parent", \.string)
        name = try document.required("name", \.string)
        content = try document.required("folder", \.bool) ? nil : Content(document: document)
        versions = try (document.optional("versions", \.array) ?? []).map { version in
            guard let version = version.document else { throw BSONFieldError(field: "versions", isMissing: false) }
            return try Content(document: version)
        }
        created = try document.required("created", \.date)
    }

    /// As it is stored; folders have a size and a time, too, so that all can be sorted.
    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "tenant": .string(tenant), "parent": .string(parent), "name": .string(name),
            "folder": .bool(isFolder), "size": .int(0), "modified": .date(modified), "created": .date(created),
        ]
        if let content { document = document.merging(content.document) }
        return document
    }
}

extension TreeEntry.Content {
    init(document: BSONDocument) throws {
        object = try document.required("object", \.string)
        sha1 = try document.required("sha1", \.string)
        size = try document.required("size", \.int)
        modified = try document.required("modified", \.date)
    }

    var document: BSONDocument {
        ["object": .string(object), "sha1": .string(sha1), "size": .int(size), "modified": .date(modified)]
    }
}
