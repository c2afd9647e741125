import HawserCore
import HawserRedis
import Synchronization

/// Carries every event from Redis to the archive, and lets finished jobs leave Redis once the archive has them.
///
/// Any number of recorders may run, in workers and in the REST front: they share the work as one consumer group. A
/// recorder that dies leaves its unacknowledged events to the others. While the archive is away, events wait in Redis.
public final class Recorder: Sendable {
    /// The consumer group.
    static let group = "recorder"
    /// Stream entries per read: each holds the events of one script call, at most about 500.
    private static let readLimit = 20
    /// The pause after a read that brought little: a short job's whole life then goes to the archive in one insert,
    /// which costs MongoDB a tenth of an insert and an update (8 and 90 microseconds where this was measured).
    private static let pause = Duration.milliseconds(200)
    private static let little = 2000
    /// How long events stay for those who follow them live (`EventFeed`), in milliseconds.
    private static let keepMilliseconds = 5_000
    /// After this long without an acknowledgement another recorder takes events over.
    ///
    /// So long the list of jobs may be behind when a process that records is killed, or MongoDB was away. Recording
    /// twice changes nothing, so it may be shorter than what a slow MongoDB takes.
    private static let takeOverAfter = Duration.seconds(5)

    private let queues: JobQueues
    private let archive: any JobArchive
    private let fixed: [QueueName]
    private let name: String
    private let client: RedisClient
    private let log = Log("recorder")
    private let recorded = Atomic<Int>(0)

    /// A recorder.
    ///
    /// - Parameters:
    ///   - queues: whose events it carries.
    ///   - archive: where to.
    ///   - only: the queues it serves; empty: all that exist, new ones as they come.
    ///   - name: unlike that of any other recorder.
    public init(_ queues: JobQueues, to archive: any JobArchive, only: [QueueName] = [], name: String) {
        self.queues = queues
        self.archive = archive
        fixed = only
        self.name = name
        client = queues.redis.dedicated()
    }

    /// How many events it has carried.
    public var count: Int { recorded.load(ordering: .relaxed) }

    /// Works until the task is cancelled.
    public func run() async {
        var groups: Set<QueueName> = []
        var names = fixed
        var lastLook: ContinuousClock.Instant?
        var backoff = 0.05
        while !Task.isCancelled {
            do {
                let now = ContinuousClock.now
                let isTimeToLook = lastLook.map { now - $0 > .seconds(1) } ?? true
                if isTimeToLook {
                    lastLook = now
                    if fixed.isEmpty { names = try await queues.queues().sorted() }
                    for queue in names where !groups.contains(queue) {
                        try await makeGroup(queue)
                        groups.insert(queue)
                    }
                    for queue in names {
                        try await takeOver(queue)
                        try await trim(queue)
                    }
                }
                guard !names.isEmpty else {
                    try await Task.sleep(for: .milliseconds(200))
                    continue
                }
                var count = 0
                var isMoreLikely = false
                for (queue, entries) in try await read(names) {
                    try await carry(entries, of: queue)
                    count += entries.reduce(0) { $0 + $1.events.count }
                    // As many as were asked for: a pause would let the rest pile up.
                    if entries.count >= Self.readLimit { isMoreLikely = true }
                }
                if count > 0, count < Self.little, !isMoreLikely { try await Task.sleep(for: Self.pause) }
                backoff = 0.05
            } catch is CancellationError {
                break
            } catch {
                // NOGROUP: Redis was wiped. The groups are made anew.
                groups = []
                lastLook = nil
                log.warning("cannot record, will try again", ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(backoff))
                backoff = min(backoff * 2, 2)
            }
        }
        client.close()
    }

    private func makeGroup(_ queue: QueueName) async throws {
        do {
            try await queues.redis.send([
                "XGROUP", "CREATE", .string(QueueKeys(queue).events), .string(Self.group), "0", "MKSTREAM",
            ])
        } catch let error as RedisError where error.code == "BUSYGROUP" {
            // It exists already.
        }
    }

    private func read(_ names: [QueueName]) async throws -> [(QueueName, [EventEntry])] {
        let byKey = Dictionary(names.map { (QueueKeys($0).events, $0) }) { first, _ in first }
        let keys = Array(byKey.keys)
        let head: [RedisArgument] = [
            "XREADGROUP", "GROUP", .string(Self.group), .string(name), "COUNT", .int(Self.readLimit), "BLOCK", "500",
            "STREAMS",
        ]
        let command = head + keys.map { .string($0) } + keys.map { _ in ">" }
        let reply = try await client.send(command, deadline: .within(.seconds(3)))
        return try (reply.array ?? []).compactMap { stream in
            guard let parts = stream.array, parts.count == 2, let queue = parts[0].string.flatMap({ byKey[$0] }) else {
                return nil
            }
            return (queue, try (parts[1].array ?? []).map { try EventEntry($0, queue: queue) })
        }
    }

    /// Takes over what dead recorders were given and did not acknowledge; this one's own left-overs too.
    private func takeOver(_ queue: QueueName) async throws {
        let reply = try await queues.redis.send([
            "XAUTOCLAIM", .string(QueueKeys(queue).events), .string(Self.group), .string(name),
            .int(Self.takeOverAfter.milliseconds), "0", "COUNT", .int(Self.readLimit),
        ])
        guard let entries = reply.array?[1].array, !entries.isEmpty else { return }
        try await carry(try entries.map { try EventEntry($0, queue: queue) }, of: queue)
    }

    private func carry(_ entries: [EventEntry], of queue: QueueName) async throws {
        let events = entries.flatMap(\.events)
        try await archive.record(events)
        recorded.wrappingAdd(events.count, ordering: .relaxed)
        var arguments: [RedisArgument] = [.string(Self.group), .int(entries.count)]
        arguments += entries.map { .string($0.id) }
        for event in events where event.record.state.isFinal {
            arguments.append(.string(event.id.text))
            arguments.append(.int(event.record.sequence))
        }
        try await queues.redis.call(Scripts.forget, keys: QueueKeys(queue).all, arguments: arguments)
    }

    private func trim(_ queue: QueueName) async throws {
        try await queues.redis.call(
            Scripts.trim,
            keys: QueueKeys(queue).all,
            arguments: [.string(Self.group), .int(Self.keepMilliseconds)]
        )
    }
}
