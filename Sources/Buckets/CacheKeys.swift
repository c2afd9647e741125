import HawserMetadata

/// The names of seed 002's keys in Redis.
///
/// Ids of files have no dashes in them, as in the seed's original.
enum CacheKeys {
    /// What all of them begin with.
    static let prefix = "storages."
    /// Whose string tells which generation of the cache this is.
    static let generation = "storages.cache"
    /// Held by the process that repairs the cache now.
    static let lock = "storages.cache:lock"

    private static let filePrefix = "storages.file:"
    private static let bucketPrefix = "storages.bucket:"
    private static let filesSuffix = ":files"
    private static let removedSuffix = ":removed"

    /// The hash of a file.
    static func file(_ id: String) -> String { filePrefix + bare(id) }
    /// The hash of a bucket.
    static func bucket(_ id: Int64) -> String { bucketPrefix + String(id) }
    /// The set of a bucket's files.
    static func files(of bucket: Int64) -> String { self.bucket(bucket) + filesSuffix }
    /// Tells for a day that what a key stood for was removed.
    static func removed(_ key: String) -> String { key + removedSuffix }

    /// A file's id without dashes.
    static func bare(_ id: String) -> String { id.filter { $0 != "-" } }

    /// What a key stands for.
    enum Meaning: Equatable {
        case file(String)
        case bucket(Int64)
        case files(of: Int64)
    }

    /// What a key stands for; nil when it is none of the seed's.
    static func meaning(of key: String) -> Meaning? {
        if key.hasPrefix(filePrefix) {
            return BucketFile.id(bare: String(key.dropFirst(filePrefix.count))).map(Meaning.file)
        }
        guard key.hasPrefix(bucketPrefix) else { return nil }
        let rest = key.dropFirst(bucketPrefix.count)
        if let id = Int64(rest) { return .bucket(id) }
        return rest.hasSuffix(filesSuffix) ? Int64(rest.dropLast(filesSuffix.count)).map(Meaning.files) : nil
    }
}
