/// How new bytes are to be kept.
public struct StoragePolicy: Sendable, Hashable {
    /// Whether bytes are encrypted before they are kept.
    public enum Encryption: String, Sendable, Hashable, CaseIterable {
        /// They are kept as they come.
        case none
        /// AES-256-GCM, with a key for each content.
        case aes256GCM = "aes256-gcm"
    }

    /// Whether they are encrypted.
    public var encryption: Encryption
    /// How they are laid out over targets.
    public var layout: LayoutPolicy

    /// What is done where nobody asked for anything else.
    public static let standard = StoragePolicy()

    /// A policy.
    public init(encryption: Encryption = .none, layout: LayoutPolicy = .automatic) {
        self.encryption = encryption
        self.layout = layout
    }
}

extension StoragePolicy {
    /// Reads the fields `encryption` and `layout`, those that are not there as in `standard`.
    init(document: BSONDocument) throws {
        let encryption = try document.optional("encryption", \.string).map { text in
            guard let encryption = Encryption(rawValue: text) else {
                throw BSONFieldError(field: "encryption", isMissing: false)
            }
            return encryption
        }
        let layout = try document.optional("layout", \.string).map { try LayoutPolicy($0, field: "layout") }
        self.init(encryption: encryption ?? .none, layout: layout ?? .automatic)
    }

    /// The fields, without those that are as in `standard`.
    var document: BSONDocument {
        var document: BSONDocument = [:]
        if encryption != .none { document["encryption"] = .string(encryption.rawValue) }
        if layout != .automatic { document["layout"] = .string(layout.text) }
        return document
    }
}
