import HawserCore
import Synchronization

extension Worker {
    /// Renews the leases of all running jobs, learns what is lost or cancelled, cuts off what takes too long.
    ///
    /// One beat for the whole process, every second or, with short leases, three times in a lease.
    func beat() async {
        let interval = min(.seconds(1), options.lease / 3)
        while !Task.isCancelled {
            let running = state.withLock { Array($0.running.values) }
            for (queue, held) in Dictionary(grouping: running, by: \.attempt.claim.queue) {
                await renew(queue, held)
            }
            let now = ContinuousClock.now
            halt(.timeout) { $0.timeout <= now }
            let time = Timestamp.now
            halt(.deadline) { running in running.attempt.claim.record.deadline.map { $0 <= time } ?? false }
            do {
                try await queues.announce(worker: options, running: running.count, for: max(interval * 3, .seconds(3)))
            } catch {
                log.debug("not announced", ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func renew(_ queue: QueueName, _ held: [Running]) async {
        do {
            let leases = held.map { (id: $0.attempt.claim.id, fence: $0.attempt.claim.record.fence) }
            let (lost, cancelled) = try await queues.beat(queue, lease: options.lease, held: leases)
            // An attempt that ended while the beat was under way is no longer the one that was asked about.
            let attempts = Dictionary(held.map { ($0.attempt.claim.id, $0.attempt) }) { _, last in last }
            if !lost.isEmpty {
                let lost = Set(lost)
                halt(.leaseLost) { lost.contains($0.attempt.claim.id) && attempts[$0.attempt.claim.id] === $0.attempt }
            }
            if !cancelled.isEmpty {
                let cancelled = Set(cancelled)
                halt(.cancelRequested) { cancelled.contains($0.attempt.claim.id) }
            }
        } catch {
            log.warning("leases not renewed", ["queue": queue, "leases": held.count, "error": "\(error)"])
        }
    }
}
