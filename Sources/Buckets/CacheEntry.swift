import HawserCore
import HawserMetadata
import HawserRedis

/// One thing that the cache is to be told.
struct CacheEntry: Sendable {
    let script: RedisScript
    let keys: [String]
    let arguments: [RedisArgument]

    /// That a bucket is as it is.
    static func put(_ bucket: Bucket) -> CacheEntry {
        var fields = Fields()
        fields.add("Name", bucket.name)
        fields.add("Path", bucket.path)
        fields.add("Title", bucket.title)
        fields.add("CreatedTime", LocalTime(bucket.created).text)
        fields.add("ModifiedTime", bucket.modified.map { LocalTime($0).text })
        let key = CacheKeys.bucket(bucket.id)
        return CacheEntry(
            script: CacheScripts.put,
            keys: [key, CacheKeys.removed(key)],
            arguments: [.int(bucket.version), ""] + fields.words
        )
    }

    /// That a file is as it is, and in its bucket.
    static func put(_ file: BucketFile) -> CacheEntry {
        var fields = Fields()
        fields.add("BucketId", String(file.bucket))
        fields.add("Name", file.name)
        fields.add("Type", file.type)
        fields.add("Size", String(file.size))
        fields.add("Path", file.path)
        fields.add("Title", file.title)
        fields.add("CreatedTime", LocalTime(file.created).text)
        fields.add("ModifiedTime", file.modified.map { LocalTime($0).text })
        fields.add("TotalVisits", String(file.visits))
        fields.add("VisitedTime", file.visited.map { LocalTime($0).text })
        for (name, value) in file.properties { fields.add("ExtendedProperties.\(name)", value) }
        let key = CacheKeys.file(file.id)
        return CacheEntry(
            script: CacheScripts.put,
            keys: [key, CacheKeys.removed(key), CacheKeys.files(of: file.bucket)],
            arguments: [.int(file.version), .string(CacheKeys.bare(file.id))] + fields.words
        )
    }

    /// That a bucket and the set of its files are gone.
    static func drop(bucket id: Int64) -> CacheEntry {
        let key = CacheKeys.bucket(id)
        return CacheEntry(
            script: CacheScripts.drop,
            keys: [key, CacheKeys.removed(key), CacheKeys.files(of: id)],
            arguments: [.int(CacheScripts.memory), ""]
        )
    }

    /// That a file is gone.
    static func drop(file id: String, of bucket: Int64) -> CacheEntry {
        let key = CacheKeys.file(id)
        return CacheEntry(
            script: CacheScripts.drop,
            keys: [key, CacheKeys.removed(key), CacheKeys.files(of: bucket)],
            arguments: [.int(CacheScripts.memory), .string(CacheKeys.bare(id))]
        )
    }

    /// Fields of a hash; Redis has no null, so those without a value are left out.
    private struct Fields {
        var words: [RedisArgument] = []

        mutating func add(_ name: String, _ value: String?) {
            guard let value else { return }
            words += [.string(name), .string(value)]
        }
    }
}
