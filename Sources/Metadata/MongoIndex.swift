/// An index of a collection.
public struct MongoIndex: Sendable, Hashable {
    /// The fields with 1 or -1, in order.
    public var keys: BSONDocument
    /// Whether no two documents may have the same values.
    public var isUnique: Bool
    /// Whether documents without the field are left out.
    public var isSparse: Bool
    /// When set, documents are removed that many seconds after the moment in the field (within about a minute).
    public var expireAfterSeconds: Int?
    /// When set, only documents that match are in the index.
    public var only: BSONDocument?

    /// An index over fields.
    public init(
        _ keys: BSONDocument,
        isUnique: Bool = false,
        isSparse: Bool = false,
        expireAfterSeconds: Int? = nil,
        only: BSONDocument? = nil
    ) {
        self.keys = keys
        self.isUnique = isUnique
        self.isSparse = isSparse
        self.expireAfterSeconds = expireAfterSeconds
        self.only = only
    }

    /// The name it gets: fields and directions, as MongoDB's own shell names indexes.
    public var name: String {
        keys.fields.map { "\($0.name)_\($0.value.int ?? 1)" }.joined(separator: "_")
    }

    fileprivate var specification: BSONDocument {
        var specification: BSONDocument = ["key": .document(keys), "name": .string(name)]
        if isUnique { specification["unique"] = true }
        if isSparse { specification["sparse"] = true }
        if let expireAfterSeconds { specification["expireAfterSeconds"] = .int(Int64(expireAfterSeconds)) }
        if let only { specification["partialFilterExpression"] = .document(only) }
        return specification
    }
}

extension MongoCollection {
    /// Makes the indexes that are not there yet; makes the collection, too.
    ///
    /// - Throws: `MetadataError` when one of the same name exists with other options.
    public func createIndexes(_ indexes: [MongoIndex]) async throws {
        guard !indexes.isEmpty else { return }
        let command: BSONDocument = [
            "createIndexes": .string(name),
            "indexes": .array(indexes.map { .document($0.specification) }),
            "writeConcern": ["w": "majority"],
        ]
        _ = try await database.command(command, named: "createIndexes", collection: name, isHurried: false)
    }
}
