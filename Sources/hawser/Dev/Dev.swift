import Foundation
import HawserCore

/// `hawser dev`: starts the parts in order, keeps them running, and ends them in reverse order.
struct Dev: Sendable {
    private let configuration: Configuration
    private let workers: Int
    private let log = Log("dev")

    init(_ configuration: Configuration, workers: Int) {
        self.configuration = configuration
        self.workers = workers
    }

    /// Runs until INT or TERM.
    ///
    /// - Throws: `CommandFailure` when a part cannot be started; nothing is left running then.
    func run() async throws {
        let termination = Termination()
        let began = ContinuousClock.now
        let directory = try DataDirectory(configuration.data)
        let lock = try DataLock(directory)
        defer { withExtendedLifetime(lock) {} }
        for name in ["HAWSER_REDIS_URL", "HAWSER_MONGO_URL"] where configuration.isGiven(name) {
            log.warning("\(name) is not used: dev runs servers of its own")
        }
        unlink(directory.announcement)
        let leftovers = Leftovers(directory)
        try await leftovers.end()
        try rotateLogs(directory)

        let plan = try Plan(directory, configuration, workers: workers)
        let services = plan.services { leftovers.note($0, $1) }
        let isGivenUp: @Sendable () -> Bool = { termination.isRequested }
        do {
            for stage in services {
                try await withThrowingTaskGroup { group in
                    for service in stage {
                        group.addTask { try await service.launch(within: .seconds(60), isGivenUp: isGivenUp) }
                    }
                    try await group.waitForAll()
                }
            }
            try directory.write(plan.announcement.text + "\n", to: directory.announcement)
            print(plan.banner(after: ContinuousClock.now - began))
            fflush(nil)
            await termination.wait()
            log.info("ending")
        } catch {
            await stop(services, directory)
            if termination.isRequested { return }
            guard let failure = error as? LaunchFailure else { throw error }
            let lines = directory.lastLines(of: failure.service)
            throw CommandFailure(
                description:
                    "\(failure.service) \(failure.reason); \(directory.log(of: failure.service)) ends:\n\(lines)"
            )
        }
        await stop(services, directory)
        log.info("ended")
    }

    private func stop(_ services: [[Service]], _ directory: DataDirectory) async {
        unlink(directory.announcement)
        for stage in services.reversed() {
            await withTaskGroup { group in
                for service in stage { group.addTask { await service.stop() } }
            }
        }
        unlink(directory.children)
    }

    /// Puts logs that grew large aside, one generation of each.
    private func rotateLogs(_ directory: DataDirectory) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.logs) where name.hasSuffix(".log") {
            let file = "\(directory.logs)/\(name)"
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber
            if let size, size.intValue > 16 << 20 { rename(file, file + ".1") }
        }
    }
}
