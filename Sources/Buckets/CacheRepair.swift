import HawserCore
import HawserMetadata
import HawserRedis

/// Finds out whether Redis still has what it was told, and has all of it told again when not.
///
/// A Redis that was emptied has lost the generation's name; one that was started again, or took another's place, has
/// another run: it may have less than it had. Both are treated alike.
struct CacheRepair {
    private static let name = "storages"

    let store: BucketStore
    /// Tells other processes that this one is at work.
    let renew: @Sendable () async throws -> Void
    private let log = Log("buckets")

    init(store: BucketStore, renew: @escaping @Sendable () async throws -> Void) {
        self.store = store
        self.renew = renew
    }

    /// Looks, and repairs if need be.
    func run() async throws {
        let redis = store.cache.redis
        let run = try await self.run(of: redis)
        let generation = try await redis.send(["GET", .string(CacheKeys.generation)]).string
        let state = try await store.states.find(Self.name)
        if let state, state.generation == generation, state.run == run { return }
        // Redis first loses what it should not have, then all records are marked: the sweep tells it of them.
        let orphans = try await dropOrphans(redis)
        try await store.buckets.marks.markAll()
        try await store.files.marks.markAll()
        let new = CacheStateCollection.State(generation: UUIDv7.make(), run: run)
        try await store.states.set(Self.name, new)
        // Last: what dies before this is begun again.
        try await redis.send(["SET", .string(CacheKeys.generation), .string(new.generation)])
        log.info("redis is told of all buckets and files again", ["orphans": orphans, "first": state == nil])
    }

    /// Removes keys and members that stand for nothing in MongoDB.
    ///
    /// Records are in MongoDB before they are in Redis, so what MongoDB does not know when asked is gone.
    private func dropOrphans(_ redis: RedisClient) async throws -> Int {
        var count = 0
        var cursor = "0"
        repeat {
            let reply = try await redis.send([
                "SCAN", .string(cursor), "MATCH", "\(CacheKeys.prefix)*", "COUNT", "1000",
            ])
            let (next, keys) = try Self.page(reply)
            let meanings = keys.compactMap(CacheKeys.meaning)
            var entries: [CacheEntry] = []
            let buckets = meanings.compactMap { meaning -> Int64? in
                switch meaning {
                case .bucket(let id), .files(of: let id): id
                case .file: nil
                }
            }
            let liveBuckets = try await store.buckets.marks.live(among: Set(buckets).map(BSON.int))
            entries += Set(buckets).filter { !liveBuckets.contains(.int($0)) }.map { .drop(bucket: $0) }
            let files = meanings.compactMap { if case .file(let id) = $0 { id } else { nil } }
            let liveFiles = try await store.files.marks.live(among: files.map(BSON.string))
            // Which bucket's set it is a member of is not known; sets are looked at by themselves.
            entries += files.filter { !liveFiles.contains(.string($0)) }.map { .drop(file: $0, of: 0) }
            _ = try await store.cache.write(entries, deadline: .standard)
            count += entries.count
            for case .files(of: let id) in meanings where liveBuckets.contains(.int(id)) {
                count += try await dropMembers(of: id, redis)
            }
            cursor = next
            try await renew()
        } while cursor != "0"
        return count
    }

    private func dropMembers(of bucket: Int64, _ redis: RedisClient) async throws -> Int {
        var count = 0
        var cursor = "0"
        let key = CacheKeys.files(of: bucket)
        repeat {
            let reply = try await redis.send(["SSCAN", .string(key), .string(cursor), "COUNT", "1000"])
            let (next, members) = try Self.page(reply)
            let ids = members.compactMap { BucketFile.id(bare: $0) }.map(BSON.string)
            let live = try await store.files.marks.live(among: ids)
            let gone = members.filter { member in
                BucketFile.id(bare: member).map { !live.contains(.string($0)) } ?? true
            }
            if !gone.isEmpty { try await redis.send(["SREM", .string(key)] + gone.map { .string($0) }) }
            count += gone.count
            cursor = next
            try await renew()
        } while cursor != "0"
        return count
    }

    private static func page(_ reply: RedisValue) throws -> (cursor: String, items: [String]) {
        guard let parts = reply.array, parts.count == 2, let cursor = parts[0].string, let items = parts[1].array else {
            throw RedisError.misuse("an answer to SCAN that is none")
        }
        return (cursor, items.compactMap(\.string))
    }

    private func run(of redis: RedisClient) async throws -> String {
        let text = try await redis.send(["INFO", "server"]).string ?? ""
        guard let line = text.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix("run_id:") }) else {
            throw RedisError.misuse("an answer to INFO without run_id")
        }
        return String(line.dropFirst("run_id:".count))
    }
}
