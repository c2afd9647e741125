public import HawserCore

/// A file in a bucket (seed 002): the record that names an object.
public struct BucketFile: Sendable, Hashable {
    /// Its id, which is its object's, too.
    public let id: String
    /// Who owns it.
    public let tenant: String
    /// The bucket it is in.
    public let bucket: Int64
    /// Its name, without a path.
    public let name: String
    /// Its media type.
    public let type: String
    /// Its length in bytes.
    public let size: Int64
    /// Where it is, for those who read it: the bucket's path with its variables filled in, and the file's id.
    public let path: String
    /// What it is called in a list.
    public let title: String?
    /// When it was stored.
    public let created: Timestamp
    /// When it was last changed.
    public let modified: Timestamp?
    /// How often it was downloaded.
    public let visits: Int64
    /// When it was last downloaded.
    public let visited: Timestamp?
    /// What its uploader said of it beside, by name.
    public let properties: [String: String]
    /// Grows with each change.
    public let version: Int64
    /// Whether it is being removed: nobody finds it any more, and its bytes are to go.
    public let isRemoved: Bool

    /// A new file.
    public init(
        id: String,
        tenant: String,
        bucket: Int64,
        name: String,
        type: String,
        size: Int64,
        path: String,
        title: String?,
        created: Timestamp,
        properties: [String: String]
    ) {
        self.id = id
        self.tenant = tenant
        self.bucket = bucket
        self.name = name
        self.type = type
        self.size = size
        self.path = path
        self.title = title
        self.created = created
        modified = nil
        visits = 0
        visited = nil
        self.properties = properties
        version = 1
        isRemoved = false
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        bucket = try document.required("bucket", \.int)
        name = try document.required("name", \.string)
        type = try document.required("type", \.string)
        size = try document.required("size", \.int)
        path = try document.required("path", \.string)
        title = try document.optional("title", \.string)
        created = try document.required("created", \.date)
        modified = try document.optional("modified", \.date)
        visits = try document.required("visits", \.int)
        visited = try document.optional("visited", \.date)
        properties = try Self.properties(document)
        version = try document.required("version", \.int)
        isRemoved = document["removed"] != nil
    }

    /// The document of a new file.
    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "tenant": .string(tenant), "bucket": .int(bucket), "name": .string(name),
            "type": .string(type), "size": .int(size), "path": .string(path), "created": .date(created),
            "visits": .int(visits), "version": .int(version),
        ]
        document["title"] = title.map(BSON.string)
        if !properties.isEmpty { document["properties"] = Self.bson(properties) }
        return document
    }

    /// An id as the seed's original writes it in keys and paths: without dashes.
    public var bareID: String { id.filter { $0 != "-" } }

    /// The id of which 32 hexadecimal digits are what `bareID` gives; nil when they are none.
    public static func id(bare: String) -> String? {
        guard bare.utf8.count == 32, [UInt8](hex: bare) != nil else { return nil }
        var parts: [Substring] = []
        var rest = bare.lowercased()[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private static func bson(_ properties: [String: String]) -> BSON {
        BSON(JSON.object(properties.mapValues { .string($0) }))
    }

    private static func properties(_ document: BSONDocument) throws -> [String: String] {
        guard let stored = document["properties"] else { return [:] }
        guard let members = stored.json.object else { throw BSONFieldError(field: "properties", isMissing: false) }
        return members.compactMapValues(\.string)
    }
}
