public import HawserCore

/// A target as it is configured: a place that stores bytes.
public struct TargetRecord: Sendable, Hashable {
    /// Where the bytes are.
    public enum Place: Sendable, Hashable {
        /// In a directory that every process of the store sees under this path; one without a slash at its beginning is
        /// below `HAWSER_DATA`.
        case directory(path: String)
        /// In a bucket of an S3-compatible store; `sealedSecret` by `Crypto.seal` with the context `context(of:)`.
        case bucket(endpoint: String, region: String, name: String, accessKey: String, sealedSecret: [UInt8])
    }

    /// Whether new bytes may go there.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It takes new bytes.
        case active
        /// It takes none, and what it has moves elsewhere.
        case draining
        /// An operator says that it is out of order: it is neither read nor written.
        case down
    }

    /// What layouts call it: 1 to 32 lower-case letters, digits and `-`.
    public let id: String
    /// Where it is.
    public let place: Place
    /// What fails together: fragments go to different zones as far as there are any.
    public let zone: String?
    /// How much it gets beside others, by its size for example; 0: nothing new.
    public let weight: Double
    /// Whether new bytes may go there.
    public let state: State
    /// When it was added.
    public let created: Timestamp

    /// A target.
    public init(
        id: String,
        place: Place,
        zone: String? = nil,
        weight: Double = 1,
        state: State = .active,
        created: Timestamp = .now
    ) {
        self.id = id
        self.place = place
        self.zone = zone
        self.weight = weight
        self.state = state
        self.created = created
    }

    /// What the secret of a bucket is sealed for.
    public static func context(of target: String) -> String { "target:\(target)" }

    /// Whether a text can be the id of a target.
    public static func isID(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        switch try document.required("type", \.string) {
        case "directory":
            place = .directory(path: try document.required("path", \.string))
        case "bucket":
            place = .bucket(
                endpoint: try document.required("endpoint", \.string),
                region: try document.required("region", \.string),
                name: try document.required("bucket", \.string),
                accessKey: try document.required("access_key", \.string),
                sealedSecret: try document.required("secret", \.binary)
            )
        default: throw BSONFieldError(field: "type", isMissing: false)
        }
        zone = try document.optional("zone", \.string)
        weight = try document.required("weight", \.double)
        guard let state = State(rawValue: try document.required("state", \.string)) else {
            throw BSONFieldError(field: "state", isMissing: false)
        }
        self.state = state
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        let place: BSONDocument =
            switch place {
            case .directory(let path): ["type": "directory", "path": .string(path)]
            case .bucket(let endpoint, let region, let name, let accessKey, let sealedSecret):
                [
                    "type": "bucket", "endpoint": .string(endpoint), "region": .string(region),
                    "bucket": .string(name), "access_key": .string(accessKey), "secret": .binary(sealedSecret),
                ]
            }
        let rest: BSONDocument = [
            "_id": .string(id), "zone": BSON(zone), "weight": .double(weight), "state": .string(state.rawValue),
            "created": .date(created),
        ]
        return rest.merging(place)
    }
}
