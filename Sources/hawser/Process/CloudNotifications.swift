import HawserCloud
import HawserCore
import HawserQueue
import HawserWorkers

/// The cloud's notifications in a worker process: who listens, and what is woken by them.
struct CloudNotifications: Sendable {
    let listener: NotificationListener
    let wakes: CloudWakes

    /// Not listening yet; nil when none are configured.
    ///
    /// - Throws: `ConfigurationError` when the URL cannot be used.
    init?(_ configuration: Configuration, _ queues: JobQueues) throws {
        guard let source = try Assembly.notifications(configuration) else { return nil }
        let wakes = CloudWakes { jobs, queue in try await queues.wake(jobs, in: queue) }
        self.wakes = wakes
        listener = NotificationListener(
            source,
            name: "hawser worker",
            onChange: { wakes.connected($0) },
            onNotice: { wakes.hear($0) }
        )
    }

    /// Stops to listen; who relied on it is woken, for other processes to look and listen for.
    func stop() async {
        await listener.stop()
        await wakes.drain()
    }

    /// How it is, as a worker tells of itself.
    var details: JSON {
        let (status, woken) = (listener.status, wakes.count)
        return [
            "connected": .bool(status.isConnected), "exchanges": .array(status.exchanges.map { .string($0) }),
            "messages": .int(Int64(status.messages)), "wakes": .int(Int64(woken.waiting)),
            "wakes_running": .int(Int64(woken.running)), "waiting": .int(Int64(wakes.waitingCount)),
            "problem": status.problem.map { .string($0) } ?? .null,
        ]
    }
}
