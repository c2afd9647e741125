import HawserCore
import HawserJobs
import HawserQueue
import HawserStorage

/// Removes what dead processes left on the disk and the files of unfinished uploads, and submits the jobs that look after
/// the store: at start and then every hour.
struct Housekeeping: Sendable {
    /// How often all that is left behind is collected, and how often every fragment is read, in seconds.
    private static let collection = 3600.0
    private static let scrubbing = 7 * 86_400.0
    /// How many bytes a second a target is read with for that: a tenth of what a disk gives, or less.
    private static let scrubRate: Int64 = 32 << 20

    let objects: ObjectStore
    let staging: Staging
    let uploads: UnfinishedUploads
    let queues: JobQueues

    /// Works until the task is cancelled.
    func run() async {
        let log = Log("housekeeping")
        while !Task.isCancelled {
            do {
                try await staging.removeLeftovers()
                try await uploads.sweep()
                try await submit()
            } catch is CancellationError {
                return
            } catch {
                log.warning("cannot tidy up now", ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    /// Submits the jobs of this hour and week; every process does, and each job is stored once.
    private func submit() async throws {
        func id(_ name: String, every seconds: Double) -> JobID {
            JobID(of: name, every: seconds, in: StoreCollect.queue)
        }
        var jobs = [
            try JobSubmission(StoreCollect.self, .init(), id: id(StoreCollect.name, every: Self.collection))
        ]
        for (target, _) in try await objects.contents.targets.all() where target.state != .down {
            jobs.append(
                try JobSubmission(
                    TargetScrub.self,
                    .init(target: target.id, bytesPerSecond: Self.scrubRate),
                    id: id("\(TargetScrub.name) \(target.id)", every: Self.scrubbing)
                )
            )
        }
        try await queues.enqueue(jobs, isRepeat: true)
    }
}
