import HawserCore
import HawserQueue

/// Puts what Redis knows of the queues into the metrics, at each scrape.
struct QueueMetrics: Sendable {
    let backend: Backend

    /// Reads the queues; what cannot be read keeps its last value, and `hawser_redis_up` says so.
    func refresh() async {
        let metrics = backend.metrics
        let up = metrics.gauge("hawser_redis_up", help: "Whether Redis answered at this scrape.")
        let jobs = metrics.gauge(
            "hawser_queue_jobs",
            help: "Jobs in Redis by queue and whether they are ready, due later or running.",
            labels: ["queue", "state"]
        )
        let events = metrics.gauge(
            "hawser_queue_event_entries",
            help: "Entries of a queue's event stream not yet dropped.",
            labels: ["queue"]
        )
        let workers = metrics.gauge("hawser_workers", help: "Workers that are alive.")
        let slots = metrics.gauge("hawser_worker_slots", help: "Jobs all workers that are alive may run at a time.")
        do {
            let alive = try await backend.queues.workers()
            workers.set(Double(alive.count))
            slots.set(Double(alive.reduce(0) { $0 + $1.concurrency }))
            notifications(alive.compactMap { $0.details?["cloud_notifications"] })
            for queue in try await backend.queues.queues().sorted().prefix(1000) {
                let depth = try await backend.queues.depth(queue)
                jobs.set(Double(depth.ready), queue.text, "ready")
                jobs.set(Double(depth.due), queue.text, "due")
                jobs.set(Double(depth.running), queue.text, "running")
                events.set(Double(depth.eventEntries), queue.text)
            }
            up.set(1)
        } catch {
            up.set(0)
        }
    }

    /// What the workers that listen to a cloud's notifications say; nothing when none does.
    private func notifications(_ told: [JSON]) {
        guard !told.isEmpty else { return }
        let metrics = backend.metrics
        func sum(_ name: String) -> Double { told.reduce(0) { $0 + Double($1[name]?.int ?? 0) } }
        metrics.gauge("hawser_cloud_listeners", help: "Workers that are to listen to the cloud's notifications.")
            .set(Double(told.count))
        metrics.gauge("hawser_cloud_listeners_connected", help: "Those of them that are connected.")
            .set(Double(told.count { $0["connected"]?.bool == true }))
        metrics.gauge("hawser_cloud_notifications", help: "Notifications that the workers that are alive have got.")
            .set(sum("messages"))
        metrics.gauge("hawser_cloud_wakes", help: "Waiting jobs they have woken by it.").set(sum("wakes"))
    }
}
