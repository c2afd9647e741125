import HawserCore
import HawserMetadata
import HawserRedis

/// Does what dead processes and an absent Redis have left undone: uploads, removals, and the copy in Redis.
///
/// It may run in any number of processes; one at a time tells Redis.
public struct BucketSweep: Sendable {
    /// How long a record may be marked before it is somebody's forgotten one, in seconds.
    private static let age = 1.0
    /// How long an upload that stores may be without a sign of life, in seconds; a living one gives one every three.
    private static let quiet = 20.0
    private static let batch = 500
    /// How long another process waits for one that holds the lock and died.
    private static let lockMilliseconds = 5000

    private let store: BucketStore
    private let holder = UUIDv7.make()
    private let log = Log("buckets")

    /// The sweep of a store.
    public init(_ store: BucketStore) {
        self.store = store
    }

    /// Works until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            var pause = Duration.seconds(Double.random(in: 0.8...1.2))
            do {
                try await uploads()
                if try await hold() {
                    try await CacheRepair(store: store, renew: { _ = try await hold() }).run()
                    try await buckets()
                    try await files()
                }
            } catch is CancellationError {
                return
            } catch {
                log.info("cannot sweep buckets now", ["error": "\(error)"])
                pause = .seconds(Double.random(in: 2...3))
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Takes back uploads whose process died.
    private func uploads() async throws {
        let moment = Timestamp.now.adding(seconds: -Self.quiet)
        for upload in try await store.uploads.quiet(since: moment, limit: Self.batch) {
            guard try await store.abandon(upload) else { continue }
            log.info("took back the upload of a dead process", ["upload": upload.id, "state": upload.state.rawValue])
        }
    }

    private func buckets() async throws {
        while true {
            let found = try await store.buckets.uncached(before: moment, limit: Self.batch)
            let entries = found.map { $0.isRemoved ? CacheEntry.drop(bucket: $0.bucket.id) : .put($0.bucket) }
            let done = zip(found, try await store.cache.write(entries, deadline: .standard)).filter(\.1).map(\.0.bucket)
            try await store.buckets.marks.settle(done.map { (.int($0.id), $0.version) })
            guard found.count == Self.batch, !done.isEmpty, try await hold() else { return }
        }
    }

    private func files() async throws {
        while true {
            let found = try await store.files.uncached(before: moment, limit: Self.batch)
            try await store.finishRemoval(found.filter(\.isRemoved), patient: true)
            let living = found.filter { !$0.isRemoved }
            let isWritten = try await store.cache.write(living.map { .put($0) }, deadline: .standard)
            let done = zip(living, isWritten).filter(\.1).map(\.0)
            try await store.files.marks.settle(done.map { (.string($0.id), $0.version) })
            guard found.count == Self.batch, !done.isEmpty || living.isEmpty, try await hold() else { return }
        }
    }

    private var moment: Timestamp { Timestamp.now.adding(seconds: -Self.age) }

    /// Takes the lock, or keeps it; false when another process has it.
    private func hold() async throws -> Bool {
        let redis = store.cache.redis
        let expiry: [RedisArgument] = ["PX", .int(Self.lockMilliseconds)]
        let taken = try await redis.send(["SET", .string(CacheKeys.lock), .string(holder), "NX"] + expiry)
        if !taken.isNull { return true }
        guard try await redis.send(["GET", .string(CacheKeys.lock)]).string == holder else { return false }
        try await redis.send(["SET", .string(CacheKeys.lock), .string(holder), "XX"] + expiry)
        return true
    }
}
