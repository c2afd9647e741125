import HawserCore
import HawserRedis
import Synchronization

/// Carries every event from Redis to the archive, and lets finished jobs leave Redis once the archive has them.
///
/// Any number of recorders may run, in workers and in the REST front; for each queue one of them leads, so that a job's
/// events reach the archive in order, and the others stand by. Who takes the lead first carries what the one before was
/// given and did not acknowledge. While the archive is away, events wait in Redis.
public final class Recorder: Sendable {
    /// The consumer group.
    static let group = "recorder"
    /// Stream entries per read: each holds the events of one script call, at most about 500.
    private static let readLimit = 20
    /// The pause after a read that brought little: a short job's whole life then goes to the archive in one insert,
    /// which costs MongoDB a tenth of an insert and an update (8 and 90 microseconds where this was measured).
    private static let pause = Duration.milliseconds(200)
    private static let little = 2000
    /// How long events stay for those who follow them live (`EventFeed`).
    static let keep = Duration.seconds(5)
    /// How long the lead of a queue lasts without being renewed, which happens every second.
    ///
    /// So long the list of jobs may be behind when the process that leads is killed. Recording twice changes nothing, so
    /// it may be shorter than what a slow MongoDB takes.
    private static let lead = Duration.seconds(5)

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
        var led: Set<QueueName> = []
        var lastLook: ContinuousClock.Instant?
        var backoff = 0.05
        while !Task.isCancelled {
            do {
                let now = ContinuousClock.now
                if lastLook.map({ now - $0 > .seconds(1) }) ?? true {
                    lastLook = now
                    let names = fixed.isEmpty ? try await queues.queues().sorted() : fixed
                    for queue in names { try await takeLead(of: queue, &led) }
                    for queue in led { try await trim(queue) }
                }
                guard !led.isEmpty else {
                    try await Task.sleep(for: .milliseconds(200))
                    continue
                }
                var count = 0
                var isMoreLikely = false
                for (queue, entries) in try await read(led) {
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
                // Begun anew: what was read and not recorded is read again first, and a Redis that was wiped gets its
                // consumer groups back.
                led = []
                lastLook = nil
                log.warning("cannot record, will try again", ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(backoff))
                backoff = min(backoff * 2, 2)
            }
        }
        client.close()
        for queue in led {
            // It would pass on by itself in a few seconds.
            _ = try? await queues.redis.call(
                Scripts.resign,
                keys: [QueueKeys(queue).recorder],
                arguments: [.string(name)]
            )
        }
    }

    /// Takes or keeps the lead of a queue, when nobody else has it.
    private func takeLead(of queue: QueueName, _ led: inout Set<QueueName>) async throws {
        let reply = try await queues.redis.call(
            Scripts.lead,
            keys: [QueueKeys(queue).recorder],
            arguments: [.string(name), .int(Self.lead.milliseconds)]
        )
        guard reply.int == 1 else {
            led.remove(queue)
            return
        }
        guard !led.contains(queue) else { return }
        try await makeGroup(queue)
        try await takeOver(queue)
        led.insert(queue)
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

    private func read(_ names: Set<QueueName>) async throws -> [(QueueName, [EventEntry])] {
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

    /// Carries what the recorder that led before was given and did not acknowledge; this one's own left-overs too.
    private func takeOver(_ queue: QueueName) async throws {
        var cursor = "0"
        repeat {
            let reply = try await queues.redis.send([
                "XAUTOCLAIM", .string(QueueKeys(queue).events), .string(Self.group), .string(name), "0",
                .string(cursor), "COUNT", .int(Self.readLimit),
            ])
            guard let parts = reply.array, parts.count >= 2, let next = parts[0].string, let entries = parts[1].array
            else { throw QueueError.corrupt("XAUTOCLAIM") }
            if !entries.isEmpty { try await carry(try entries.map { try EventEntry($0, queue: queue) }, of: queue) }
            cursor = next
        } while cursor != "0-0"
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
        try await queues.trim(queue, olderThan: Self.keep)
    }
}
