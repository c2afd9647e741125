import HawserCore
import HawserRedis
import Synchronization

/// Blocks on the wake lists of a worker's queues, on a connection of its own, while the worker is idle.
final class Waker: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var heard: Set<QueueName> = []
        var pending: Set<QueueName> = []
    }

    private let byKey: [String: QueueName]
    private let keys: [String]
    private let client: RedisClient
    private let signal: Signal
    private let idle: Duration
    private let state = Mutex(State())

    init(queues: [QueueName], client: RedisClient, signal: Signal, idle: Duration) {
        byKey = Dictionary(queues.map { (QueueKeys($0).wake, $0) }) { first, _ in first }
        keys = Array(byKey.keys)
        self.client = client.dedicated()
        self.signal = signal
        self.idle = idle
    }

    /// Begins to listen, if it does not yet; ends by itself with the first wake-up or after a while.
    func listen() {
        state.withLock { state in
            guard state.task == nil else { return }
            state.task = Task { await self.block() }
        }
    }

    /// The queues that a wake-up came for since the last call.
    func heard() -> Set<QueueName> {
        state.withLock { state in
            defer { state.heard = [] }
            return state.heard
        }
    }

    /// Whether a wake-up of that queue was taken and no turn has looked since; asks once.
    func takePending(_ queue: QueueName) -> Bool {
        state.withLock { $0.pending.remove(queue) != nil }
    }

    /// Notes that a turn has looked at that queue with slots free.
    func clear(_ queue: QueueName) {
        state.withLock { _ = $0.pending.remove(queue) }
    }

    /// Stops listening.
    func end() async {
        let task = state.withLock { $0.task }
        task?.cancel()
        await task?.value
        client.close()
    }

    private func block() async {
        let seconds = max(0.05, idle.seconds)
        let command: [RedisArgument] = ["BLPOP"] + keys.map { .string($0) } + [.string("\(seconds)")]
        let reply = try? await client.send(command, deadline: .within(idle + .seconds(2)))
        let queue = reply?.array?.first?.string.flatMap { byKey[$0] }
        state.withLock { state in
            state.task = nil
            if let queue {
                state.heard.insert(queue)
                state.pending.insert(queue)
            }
        }
        if queue != nil { signal.give() }
    }
}
