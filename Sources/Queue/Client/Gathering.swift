import HawserRedis
import Synchronization

/// Sends to Redis together what many callers submit at the same time.
///
/// One call per queue is under way at a time; what comes meanwhile goes with the next one. So a lone submission goes at
/// once, and under load one script call, one event and one round trip serve all who wait.
final class Gathering: Sendable {
    private struct Waiting: Sendable {
        let arguments: [RedisArgument]
        let jobs: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let redis: RedisClient
    /// Who waits for the next call, by queue; a queue without an entry has no call under way.
    private let lanes = Mutex<[QueueName: [Waiting]]>([:])

    init(_ redis: RedisClient) {
        self.redis = redis
    }

    /// Stores jobs of one queue, all or none; returns when Redis has them.
    ///
    /// - Parameters:
    ///   - arguments: those of `Scripts.enqueue`.
    ///   - jobs: how many jobs these are, at most `JobQueues.scriptLimit`.
    ///   - queue: the queue.
    /// - Throws: as `RedisClient.call`, for all who went with the same call.
    func store(_ arguments: [RedisArgument], jobs: Int, in queue: QueueName) async throws {
        let isFree = lanes.withLock { lanes in
            guard lanes[queue] == nil else { return false }
            lanes[queue] = []
            return true
        }
        if isFree {
            // Whoever finds the lane free sends by itself and without others.
            defer { handOn(queue) }
            return try await send(arguments, to: queue)
        }
        try await withCheckedThrowingContinuation { continuation in
            let waiting = Waiting(arguments: arguments, jobs: jobs, continuation: continuation)
            let isFree = lanes.withLock { lanes in
                let isFree = lanes[queue] == nil
                lanes[queue, default: []].append(waiting)
                return isFree
            }
            if isFree { handOn(queue) }
        }
    }

    /// Has those who wait served, or leaves the lane free.
    private func handOn(_ queue: QueueName) {
        guard let batch = next(queue) else { return }
        // A task of its own: the caller's may be cancelled, which is nothing to those who wait.
        Task {
            var batch = batch
            while true {
                let outcome: Result<Void, any Error>
                do {
                    outcome = .success(try await send(batch.flatMap(\.arguments), to: queue))
                } catch {
                    outcome = .failure(error)
                }
                for waiting in batch { waiting.continuation.resume(with: outcome) }
                guard let more = next(queue) else { return }
                batch = more
            }
        }
    }

    /// Those who go with the next call; nil when nobody waits, and the lane is free then.
    private func next(_ queue: QueueName) -> [Waiting]? {
        lanes.withLock { lanes in
            guard let waiting = lanes[queue], !waiting.isEmpty else {
                lanes[queue] = nil
                return nil
            }
            var jobs = 0
            let batch = waiting.prefix { waiting in
                jobs += waiting.jobs
                return jobs <= JobQueues.scriptLimit
            }
            lanes[queue] = Array(waiting[batch.count...])
            return Array(batch)
        }
    }

    private func send(_ arguments: [RedisArgument], to queue: QueueName) async throws {
        try await redis.call(Scripts.enqueue, keys: QueueKeys(queue).all, arguments: arguments)
    }
}
