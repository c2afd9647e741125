import HawserCore
import HawserRedis
import Synchronization

/// Follows the events of all queues live and hands them to those who watch a job.
///
/// One feed per process, on one blocking connection, however many watch. It begins with the first watcher's job's
/// queue and ends with its task. Events are a prompt, not the record: a watcher reads the job itself after it has
/// subscribed and after `EventFeed.resync` seconds of silence, so a lost connection costs time and never a change.
public final class EventFeed: Sendable {
    /// How long a watcher trusts silence.
    public static let resync = Duration.seconds(2)

    private struct State {
        var watchers: [JobID: [Int: @Sendable (JobEvent) -> Void]] = [:]
        var next = 0
        var positions: [QueueName: String] = [:]
    }

    private let queues: JobQueues
    private let client: RedisClient
    private let state = Mutex(State())
    private let log = Log("feed")

    /// A feed; `run` makes it work.
    public init(_ queues: JobQueues) {
        self.queues = queues
        client = queues.redis.dedicated()
    }

    /// The events of a job from now on; the newest thousand are kept for a slow reader.
    public func events(of id: JobID) -> AsyncStream<JobEvent> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1000)) { continuation in
            let watch = watch(id) { continuation.yield($0) }
            continuation.onTermination = { _ in watch.end() }
        }
    }

    /// Has each event of a job handed to a closure, from now until the watch ends; keep the closure short.
    func watch(_ id: JobID, _ tell: @escaping @Sendable (JobEvent) -> Void) -> Watch {
        let number = state.withLock { state in
            state.next += 1
            state.watchers[id, default: [:]][state.next] = tell
            return state.next
        }
        return Watch { [weak self] in
            self?.state.withLock { state in
                state.watchers[id]?[number] = nil
                if state.watchers[id]?.isEmpty == true { state.watchers[id] = nil }
            }
        }
    }

    /// Somebody's interest in a job.
    struct Watch: Sendable {
        /// Ends it.
        let end: @Sendable () -> Void
    }

    /// How many watch.
    public var watchers: Int { state.withLock { $0.watchers.values.reduce(0) { $0 + $1.count } } }

    /// Works until the task is cancelled.
    public func run() async {
        var names: [QueueName] = []
        var lastLook: ContinuousClock.Instant?
        while !Task.isCancelled {
            do {
                let now = ContinuousClock.now
                if lastLook.map({ now - $0 > .milliseconds(500) }) ?? true {
                    lastLook = now
                    names = try await queues.queues()
                    for queue in names where state.withLock({ $0.positions[queue] == nil }) {
                        // A queue seen for the first time is read from its oldest event that is still there: the job
                        // that made it known may have begun already.
                        state.withLock { $0.positions[queue] = "0" }
                    }
                }
                guard !names.isEmpty else {
                    try await Task.sleep(for: .milliseconds(50))
                    continue
                }
                try await read(names)
            } catch is CancellationError {
                break
            } catch {
                log.warning("cannot follow events, will try again", ["error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(300))
            }
        }
        client.close()
    }

    private func read(_ names: [QueueName]) async throws {
        let byKey = Dictionary(names.map { (QueueKeys($0).events, $0) }) { first, _ in first }
        let keys = Array(byKey.keys)
        let positions = state.withLock { state in keys.map { byKey[$0].flatMap { state.positions[$0] } ?? "0" } }
        let head: [RedisArgument] = ["XREAD", "COUNT", "100", "BLOCK", "500", "STREAMS"]
        let command = head + keys.map { .string($0) } + positions.map { .string($0) }
        let reply = try await client.send(command, deadline: .within(.seconds(3)))
        for stream in reply.array ?? [] {
            guard let parts = stream.array, parts.count == 2, let queue = parts[0].string.flatMap({ byKey[$0] }),
                let entries = parts[1].array, let last = entries.last?.array?.first?.string
            else { continue }
            if state.withLock({ $0.watchers.isEmpty }) {
                state.withLock { $0.positions[queue] = last }
                continue
            }
            for entry in entries {
                for event in try EventEntry(entry, queue: queue).events {
                    let targets = state.withLock { $0.watchers[event.id].map { Array($0.values) } ?? [] }
                    for tell in targets { tell(event) }
                }
            }
            state.withLock { $0.positions[queue] = last }
        }
    }
}
