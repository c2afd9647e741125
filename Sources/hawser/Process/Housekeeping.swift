import HawserCore
import HawserStorage

/// Removes what dead processes left on the disk and the files of unfinished uploads: at start and then every hour.
struct Housekeeping: Sendable {
    /// Bytes that no object names are removed after this long; whoever stored them has then named them or died.
    private static let orphanAge = 3600.0

    let objects: ObjectStore
    let staging: Staging
    let uploads: UnfinishedUploads

    /// Works until the task is cancelled.
    func run() async {
        let log = Log("housekeeping")
        while !Task.isCancelled {
            do {
                try await staging.removeLeftovers()
                try await uploads.sweep()
                try await objects.sweepOrphans(storedBefore: Timestamp.now.adding(seconds: -Self.orphanAge))
            } catch is CancellationError {
                return
            } catch {
                log.warning("cannot tidy up now", ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(3600))
        }
    }
}
