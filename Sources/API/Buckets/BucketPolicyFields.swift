import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// The fields by which a bucket says how its files are kept; the seed has none of them.
struct BucketPolicyFields: Sendable {
    static let encryptionSchema: JSON = [
        "type": "string", "enum": .array(StoragePolicy.Encryption.allCases.map { .string($0.rawValue) }),
        "description": "Whether the files that are put into it from now on are encrypted where they are kept",
    ]
    static let layoutSchema: JSON = [
        "type": "string", "pattern": "^(automatic|replicas|erasure|[1-9][0-9]{0,2}\\+[1-9][0-9]{0,2})$",
        "description": "How they are laid out: by size and targets, as whole copies, coded, or as k+m fragments",
    ]

    /// Whether files are encrypted; nil: as it was.
    let encryption: StoragePolicy.Encryption?
    /// How they are laid out; nil: as it was.
    let layout: LayoutPolicy?

    /// Reads them; what is wrong is noted there.
    init(_ fields: inout FieldReader) {
        let names = StoragePolicy.Encryption.allCases.map(\.rawValue)
        encryption = fields.value("Encryption", names.joined(separator: " or ")) { json in
            json.string.flatMap { StoragePolicy.Encryption(rawValue: $0) }
        }
        layout = fields.value("Layout", "automatic, replicas, erasure or k+m, at most 255 together") { json in
            json.string.flatMap { LayoutPolicy($0) }
        }
    }

    /// Looks whether the store can do it.
    ///
    /// - Throws: a 409 problem that names the field; `MetadataUnavailable`, `MetadataError`.
    func check(_ contents: ContentStore) async throws {
        if encryption == .aes256GCM, !contents.keys.areThere {
            throw Problem(
                status: 409,
                errors: [.init(field: "Encryption", message: "the server has no master key to encrypt with")]
            )
        }
        guard let layout, layout != .automatic else { return }
        let active = try await contents.targets.activeCount()
        guard active < layout.fewestTargets else { return }
        throw Problem(
            status: 409,
            errors: [
                .init(
                    field: "Layout",
                    message: "\(layout.text) takes \(layout.fewestTargets) targets and \(active) are active"
                )
            ]
        )
    }
}
