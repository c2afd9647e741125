public import HawserCore

/// Who owns jobs, sessions and objects; isolated from every other tenant.
public struct Tenant: Sendable, Hashable {
    /// `t-` and ten digits, counted from `t-0000000001`.
    public let id: String
    /// What the operator calls it; no two have the same.
    public let name: String
    /// The SHA-256 of its API key; the key itself is stored nowhere.
    public let keyHash: [UInt8]
    /// When it was added.
    public let created: Timestamp

    init(id: String, name: String, keyHash: [UInt8], created: Timestamp) {
        self.id = id
        self.name = name
        self.keyHash = keyHash
        self.created = created
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        name = try document.required("name", \.string)
        keyHash = try document.required("key_hash", \.binary)
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        [
            "_id": .string(id), "name": .string(name), "key_hash": .binary(keyHash), "created": .date(created),
        ]
    }
}
