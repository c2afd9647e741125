import HawserCloud
import HawserQueue

/// The jobs that wait for things of a cloud, and those of them that are to be woken.
struct WaitingJobs {
    /// One of them.
    struct Entry {
        let queue: QueueName
        let things: [CloudThing]
        /// The things of which no end has been told.
        var left: Set<CloudThing>
        let since: ContinuousClock.Instant
    }

    private var entries: [JobID: Entry] = [:]
    private var byThing: [CloudThing: Set<JobID>] = [:]
    /// Jobs to wake.
    private var pending: [QueueName: [JobID]] = [:]

    /// How many wait.
    var count: Int { entries.count }

    /// Whether there are jobs to wake.
    var hasPending: Bool { !pending.isEmpty }

    mutating func add(_ job: JobID, _ entry: Entry) {
        remove(job)
        entries[job] = entry
        for thing in entry.things { byThing[thing, default: []].insert(job) }
    }

    mutating func remove(_ job: JobID) {
        guard let entry = entries.removeValue(forKey: job) else { return }
        for thing in entry.things {
            byThing[thing]?.remove(job)
            if byThing[thing]?.isEmpty == true { byThing[thing] = nil }
        }
    }

    /// Removes those that were added before a moment.
    mutating func remove(before moment: ContinuousClock.Instant) {
        for (job, entry) in entries where entry.since < moment { remove(job) }
    }

    /// Notes the end of a thing: jobs for which it was the last are to be woken, and wait here no more.
    mutating func end(of thing: CloudThing) {
        for job in byThing[thing] ?? [] {
            entries[job]?.left.remove(thing)
            if entries[job]?.left.isEmpty == true { ready(job) }
        }
    }

    /// Has all jobs woken.
    mutating func endAll() {
        for job in Array(entries.keys) { ready(job) }
    }

    private mutating func ready(_ job: JobID) {
        guard let entry = entries[job] else { return }
        pending[entry.queue, default: []].append(job)
        remove(job)
    }

    /// Takes the jobs to wake out.
    mutating func take() -> [QueueName: [JobID]] {
        defer { pending = [:] }
        return pending
    }
}
