public import HawserCore
import HawserRedis

/// A worker that is alive.
public struct WorkerInfo: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// The queues it serves.
    public var queues: [String]
    /// How many jobs it may run at a time.
    public var concurrency: Int
    /// How many it runs.
    public var running: Int
    /// What else it says of itself, by name.
    public var details: [String: JSON]?
}

extension JobQueues {
    /// Tells that a worker is alive, and forgets those that have said nothing for too long.
    func announce(worker: WorkerOptions, running: Int, for span: Duration) async throws {
        let info = WorkerInfo(
            name: worker.name,
            queues: worker.queues.map(\.text),
            concurrency: worker.concurrency,
            running: running,
            details: worker.details?()
        )
        let text = try JSON(encoding: info).text
        _ = try await redis.call(
            Scripts.announce,
            keys: [QueueKeys.workers, QueueKeys.workerInfo],
            arguments: [.string(worker.name), .int(span.milliseconds), .string(text)]
        )
    }

    /// Takes a worker that stops off the list.
    func retire(worker name: String) async {
        // It would be forgotten a few seconds later anyway.
        _ = try? await redis.pipeline([
            ["ZREM", .string(QueueKeys.workers), .string(name)],
            ["HDEL", .string(QueueKeys.workerInfo), .string(name)],
        ])
    }

    /// The workers that are alive.
    public func workers() async throws -> [WorkerInfo] {
        let reply = try await redis.call(Scripts.workers, keys: [QueueKeys.workers, QueueKeys.workerInfo])
        return try (reply.array ?? []).compactMap { try $0.bytes.map { try JSON(parsing: $0).decoded() } }
    }

    /// Refuses a Redis whose settings can lose jobs.
    ///
    /// - Throws: `QueueError.unsafeServer` when keys may be evicted.
    public func checkServer() async throws {
        let policy = try await information("memory")["maxmemory_policy"]
        if let policy, policy != "noeviction" {
            throw QueueError.unsafeServer("maxmemory-policy is \(policy), it must be noeviction")
        }
        if try await information("persistence")["aof_enabled"] == "0" {
            log.warning("Redis keeps no append-only file: jobs are lost when it stops (set appendonly yes)")
        }
    }

    /// How many commands this process has sent to Redis.
    public var redisCommands: Int { redis.counters.commands }

    /// A section of what `INFO` tells.
    public func information(_ section: String) async throws -> [String: String] {
        let text = try await redis.send(["INFO", .string(section)]).string ?? ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }

    /// How much lies in a queue: ready, due, running, events not yet dropped.
    public func depth(_ queue: QueueName) async throws -> QueueDepth {
        let keys = QueueKeys(queue)
        var commands: [[RedisArgument]] = [
            ["ZCARD", .string(keys.due)], ["ZCARD", .string(keys.lease)], ["HLEN", .string(keys.state)],
            ["XLEN", .string(keys.events)],
        ]
        commands += (0..<QueueKeys.priorities).map { ["LLEN", .string(keys.ready($0))] }
        let numbers = try await redis.pipeline(commands).map { Int(try $0.checked().int ?? 0) }
        return QueueDepth(
            ready: numbers[4...].reduce(0, +),
            due: numbers[0],
            running: numbers[1],
            jobs: numbers[2],
            eventEntries: numbers[3]
        )
    }
}

/// How much lies in a queue.
public struct QueueDepth: Sendable, Equatable {
    /// Ready for a worker (jobs cancelled meanwhile are counted until a worker passes them).
    public let ready: Int
    /// Scheduled, retrying or waiting.
    public let due: Int
    /// Running.
    public let running: Int
    /// Jobs Redis knows, finished ones that are not recorded yet included.
    public let jobs: Int
    /// Entries of the event stream.
    public let eventEntries: Int
}
