import HawserCore
import HawserRedis
import Synchronization

/// The keys of seed 002 in Redis: a copy of the records for whoever reads Redis directly.
///
/// It is written after MongoDB and never asked by this program: a Redis that was away, emptied or started with less than
/// it had may be older than what a client was told.
final class BucketCache: Sendable {
    /// How long a request waits for it; what is not written then is written by the sweep.
    private static let patience = RedisDeadline.within(.milliseconds(250))
    /// How long it is left alone after it did not answer.
    private static let rest = Duration.seconds(1)

    let redis: RedisClient
    private let restsUntil = Mutex<ContinuousClock.Instant?>(nil)
    private let log = Log("buckets")

    init(_ redis: RedisClient) {
        self.redis = redis
    }

    /// Writes entries on behalf of somebody who waits, unless Redis did not answer just now.
    ///
    /// - Returns: whether all are written.
    func write(_ entries: [CacheEntry]) async -> Bool {
        if let end = restsUntil.withLock({ $0 }), ContinuousClock.now < end { return false }
        do {
            return try await write(entries, deadline: Self.patience).allSatisfy { $0 }
        } catch {
            restsUntil.withLock { $0 = .now + Self.rest }
            log.info("redis is told later", ["entries": entries.count, "error": "\(error)"])
            return false
        }
    }

    /// Writes entries.
    ///
    /// - Returns: for each, whether it is written; one that Redis refuses is logged.
    /// - Throws: `RedisUnavailable`, `CancellationError`.
    func write(_ entries: [CacheEntry], deadline: RedisDeadline) async throws -> [Bool] {
        // Calls at the same time go out in one write.
        try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { [redis, log] in
                    do {
                        try await redis.call(
                            entry.script,
                            keys: entry.keys,
                            arguments: entry.arguments,
                            deadline: deadline
                        )
                        return (index, true)
                    } catch let error as RedisError {
                        log.error("redis refuses a record", ["key": entry.keys[0], "error": "\(error)"])
                        return (index, false)
                    }
                }
            }
            var done = [Bool](repeating: false, count: entries.count)
            for try await (index, isWritten) in group { done[index] = isWritten }
            return done
        }
    }
}
